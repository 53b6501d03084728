"""The records of a run: found, read field by field, and taken along as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub.admin.row_words import CHANGE_SIGNS
from hub.mapping_files import escaped
from hub.models import ErpConnection, Reveal, SyncRow, SyncRun

pytestmark = pytest.mark.usefixtures("transactional_db")

LIST = "admin:hub_syncrow_changelist"
CHANGES = {name: ["old", "new"] for name in ("Code", "FirstName", "LastName", "PhoneNumber", "Title")}
# What everybody may see of a customer, and what is private.
LEGIBLE = ("Ida", "ida@example.com", "Exempelstad", "12.50")
SECRETS = ("070-174 06 05", "08-123 45 67", "Provgatan 7")
RECORD = (
    '{"Code":"C1","FirstName":"Ida","EmailAddress":"ida@example.com","CellPhoneNumber":"070-174 06 05",'
    '"InvoiceAddress":{"AddressLine1":"Provgatan 7","City":"Exempelstad"},'
    '"DeliveryAddresses":[{"Code":"HOME","AddressLine1":"Provgatan 7","ShippingPhoneNumber":"08-123 45 67"}],'
    '"Discounts":[{"DiscountPercentage":12.50}]}'
)
PRIVATE_CHANGES = {
    "DeliveryAddresses.HOME": [None, {"AddressLine1": "Provgatan 7", "City": "Exempelstad"}],
    "EmailAddress": ["ida@example.com", None],
    "FirstName": ["I", "Ida"],
    "InvoiceAddress.AddressLine1": ["Provgatan 7", None],
    "PhoneNumber": ["08-123 45 67", "070-174 06 05"],
    "Rate": ["12.50", None],
}
WHY = {"reason": "The customer is on the phone"}


@pytest.fixture
def run() -> SyncRun:
    """A run; the rows below are its own."""
    ErpConnection.objects.get_or_create(name="default")
    return SyncRun.objects.create(resource="customers", state="done")


def row(run: SyncRun, code: str, **columns: Any) -> SyncRow:
    subject = f"customer:default:{code}"
    return SyncRow.objects.create(
        **{"run": run, "erp_code": code, "subject": subject, "erp_connection": "default"} | columns
    )


@pytest.fixture
def private(run: SyncRun) -> SyncRow:
    """A row about a customer with a street and phones."""
    return row(run, "C1", payload=RECORD, changes=PRIVATE_CHANGES)


def page_of(one: SyncRow, name: str = "change") -> str:
    return reverse(f"admin:hub_syncrow_{name}", args=[one.pk])


def viewer(client: Client, *codenames: str) -> None:
    """Sign in somebody with a few rights."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def codes(client: Client, query: str) -> list[str]:
    return [found.erp_code for found in client.get(f"{reverse(LIST)}?{query}").context["cl"].result_list]


def read_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{reverse('admin:hub_syncrow_csv')}?{query}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("change__exact=new", ["C2"]),
        ("action__exact=failed", ["C3"]),
        ("batch__exact=7", ["C1"]),
        ("q=C3", ["C3"]),
        ("q=C", []),
        ("q=Ida@Example.com", ["C1"]),
        ("q=559999-0000", ["C2"]),
    ],
)
def test_rows_of_a_run_are_found(admin_client: Client, run: SyncRun, query: str, found: list[str]) -> None:
    row(run, "C1", batch=7, identifier="ida@example.com")
    row(run, "C2", change="new", identifier="5599990000")
    row(run, "C3", action="failed")
    assert codes(admin_client, f"run__id__exact={run.pk}&{query}") == found


def test_a_code_is_found_in_all_runs(admin_client: Client, run: SyncRun) -> None:
    for one in (run, SyncRun.objects.create(resource="customers", state="done")):
        row(one, "C1", identifier="ida@example.com")
    assert codes(admin_client, "q=C1") == ["C1", "C1"]
    assert codes(admin_client, "q=ida@example.com") == []


def test_a_long_list_of_rows_is_never_counted(admin_client: Client, run: SyncRun) -> None:
    SyncRow.objects.bulk_create(
        SyncRow(run=run, erp_code=f"C{n}", subject=f"customer:default:C{n}", payload="{}") for n in range(2000)
    )
    with CaptureQueriesContext(connection) as queries:
        assert len(codes(admin_client, f"run__id__exact={run.pk}")) == 50
    assert len(queries) < 15
    assert not any("COUNT(" in query["sql"] or '"payload"' in query["sql"] for query in queries)


def test_the_list_shows_some_differences_and_the_page_all(admin_client: Client, run: SyncRun) -> None:
    one = row(run, "C1", changes=CHANGES)
    listed = admin_client.get(reverse(LIST)).content.decode()
    assert '<span class="hub-diff">FirstName: old → new</span>' in listed
    assert "and 2 more" in listed
    assert "PhoneNumber: " not in listed
    page = admin_client.get(page_of(one)).content.decode()
    assert all(f"<td>{name}</td>" in page for name in CHANGES)


def test_a_page_shows_numbers_and_names_exactly_as_they_are_sent(admin_client: Client, run: SyncRun) -> None:
    one = row(run, "C1", norce_id=77, payload='{"Code":"C1","Rate":12.50,"FirstName":"\\u00c5sa"}')
    page = admin_client.get(page_of(one)).content.decode()
    for text in ("&quot;Id&quot;: 77", "12.50", "Åsa", "?q=C1"):
        assert text in page


def test_a_row_without_a_record_says_so(admin_client: Client, run: SyncRun) -> None:
    one = row(run, "C1", change="refused", message="Code: the ERP gave this record none.")
    page = admin_client.get(page_of(one)).content.decode()
    assert "Nothing of it is sent." in page
    assert "the ERP gave this record none" in page


def test_the_file_has_all_rows_or_the_filtered_ones(admin_client: Client, run: SyncRun) -> None:
    SyncRow.objects.bulk_create(
        SyncRow(run=run, erp_code=f"C{n}", subject=f"customer:default:C{n}", change="new" if n % 2 else "changed")
        for n in range(300)
    )
    assert len(read_csv(admin_client, f"run__id__exact={run.pk}")) == 300
    assert {line["change"] for line in read_csv(admin_client, "change__exact=new")} == {"new"}
    assert [line["ERP code"] for line in read_csv(admin_client, "q=C7")] == ["C7"]


def test_the_file_says_what_differs(admin_client: Client, run: SyncRun) -> None:
    row(run, "C1", changes={"FirstName": ["Åsa", None], "IsActive": [True, False]}, message="Gone, alas")
    row(run, "C2", change="refused")
    [line, refused] = read_csv(admin_client)
    assert (line["outcome"], refused["outcome"]) == ("planned", "")
    assert line["differences"] == "FirstName: Åsa → –; IsActive: true → false"
    assert line["message"] == "Gone, alas"


@pytest.mark.parametrize("value", ["=1+1", "+46 8", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_the_file_runs_no_formulas(admin_client: Client, run: SyncRun, value: str) -> None:
    assert escaped(value) == f"'{value}"
    row(run, value, message=value)
    [line] = read_csv(admin_client)
    assert line["ERP code"].startswith("'")
    assert line["message"].startswith("'")


def test_ordinary_values_stay_as_they_are() -> None:
    assert [escaped(value) for value in ("C-1", "a=b", "", "ida@example.com")] == ["C-1", "a=b", "", "ida@example.com"]


def test_records_are_shown_only_to_those_who_may_see_them(client: Client, run: SyncRun) -> None:
    one = row(run, "C1")
    viewer(client, "view_syncrun")
    pages = [reverse(LIST), reverse("admin:hub_syncrow_csv"), page_of(one)]
    assert {client.get(page).status_code for page in pages} == {403}


@pytest.mark.parametrize("change", SyncRow.Change)
def test_each_change_has_a_sign_of_its_own(admin_client: Client, run: SyncRun, change: SyncRow.Change) -> None:
    row(run, "C1", change=change)
    page = admin_client.get(reverse(LIST)).content.decode()
    signs = [name for name in CHANGE_SIGNS.values() if f">{name}</span>{change.label}<" in page]
    assert signs == [CHANGE_SIGNS[change]]


def test_the_record_does_not_show_a_persons_number(admin_client: Client, run: SyncRun) -> None:
    one = row(run, "C1", payload='{"Code":"C1","SocialSecurityNumber":"19900101-0017"}')
    page = admin_client.get(page_of(one)).content.decode()
    assert "SocialSecurityNumber" in page and "19900101" not in page


def test_a_page_masks_street_and_phone_wherever_they_are(admin_client: Client, private: SyncRow) -> None:
    page = admin_client.get(page_of(private)).content.decode()
    assert [text for text in LEGIBLE if text not in page] == []
    assert [text for text in SECRETS if text in page] == []


def test_the_list_and_the_file_mask_street_and_phone(admin_client: Client, run: SyncRun, private: SyncRow) -> None:
    [line] = read_csv(admin_client)
    assert "InvoiceAddress.AddressLine1: ••• → –; PhoneNumber: ••• → •••; Rate: 12.50 → –" in line["differences"]
    assert 'DeliveryAddresses.HOME: – → {"AddressLine1": "•••", "City": "Exempelstad"}' in line["differences"]
    for name, pair in PRIVATE_CHANGES.items():
        SyncRow.objects.update(changes={name: pair})
        listed = admin_client.get(reverse(LIST)).content.decode()
        assert [text for text in SECRETS if text in listed] == []


def test_the_whole_record_is_revealed_once_with_a_trace(admin_client: Client, private: SyncRow) -> None:
    assert page_of(private, "reveal") in admin_client.get(page_of(private)).content.decode()
    question = admin_client.get(page_of(private, "reveal")).content.decode()
    answer = admin_client.post(page_of(private, "reveal"), WHY)
    assert [text for text in SECRETS if text in question] == []
    assert [text for text in (*LEGIBLE, *SECRETS) if text not in answer.content.decode()] == []
    assert "no-store" in answer.headers["Cache-Control"]
    assert Reveal.objects.values_list("subject", "reason", "what").get() == (
        private.subject,
        "The customer is on the phone",
        "The record for Norce, Differences",
    )


def test_a_persons_number_is_not_even_revealed(admin_client: Client, run: SyncRun) -> None:
    one = row(run, "C1", payload='{"Code":"C1","SocialSecurityNumber":"19900101-0017"}')
    answer = admin_client.post(page_of(one, "reveal"), WHY).content.decode()
    assert "SocialSecurityNumber" in answer and "19900101" not in answer


def test_who_may_only_look_reveals_nothing(client: Client, private: SyncRow) -> None:
    viewer(client, "view_syncrow")
    assert page_of(private, "reveal") not in client.get(page_of(private)).content.decode()
    assert client.post(page_of(private, "reveal"), WHY).status_code == 403
    assert not Reveal.objects.exists()


def test_of_a_row_whose_contents_are_blanked_there_is_nothing_to_reveal(admin_client: Client, run: SyncRun) -> None:
    one = row(run, "C1")
    assert page_of(one, "reveal") not in admin_client.get(page_of(one)).content.decode()
    answer = admin_client.post(page_of(one, "reveal"), WHY, follow=True).content.decode()
    assert "There is no personal data to reveal" in answer
