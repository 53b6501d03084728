"""The page of a customer: what was sent, what both sides have when asked, and nothing of whom Norce has forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from connectors.sandbox.seed import seed_companies, seed_customers
from customers import binding_page
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import runs
from hub.models import ApiCall, ErpConnection, SyncRun
from tests.faults import be_due, set_faults

PEOPLE = "admin:customers_customerbinding"
COMPANIES = "admin:customers_companybinding"
Table = dict[str, list[tuple[str, str]]]


@pytest.fixture
def bound(application: Any, sandbox: Sandbox, work: Callable[[], int]) -> Sandbox:
    """A sandbox whose few people and companies a run has carried to Norce."""
    seed_companies(sandbox.state, 1)
    seed_customers(sandbox.state, 10)
    for resource in ("companies", "customers"):
        runs.start(resource=resource, by="anna", mode="full")
        work()
        be_due()
        work()
    return sandbox


def compared(client: Client, row: Binding) -> Any:
    """Press *Compare now* and return the page."""
    name = f"admin:customers_{row._meta.model_name}_compare"
    return client.post(reverse(name, args=[row.pk]))


def table(page: Any) -> Table:
    """Return the cells by field: text, and "differs" where it is marked."""
    return {
        name: [(cell.text, "differs" if cell.mark else "") for cell in cells]
        for name, _, cells in page.context["lines"]
    }


def test_the_page_itself_calls_nobody(admin_client: Client, bound: Sandbox) -> None:
    ApiCall.objects.all().delete()
    row = CustomerBinding.objects.get(erp_code="P000001")
    page = admin_client.get(reverse(f"{PEOPLE}_change", args=[row.pk])).content.decode()
    assert "Compare now" in page
    assert "InvoiceAddress.City" in page
    assert not ApiCall.objects.exists()


@pytest.mark.parametrize("model", [CustomerBinding, CompanyBinding])
def test_nothing_is_marked_after_a_run(admin_client: Client, bound: Sandbox, model: Any) -> None:
    for row in model.objects.all():
        page = compared(admin_client, row)
        assert page.context["differences"] == 0, table(page)
        assert [column.problem for column in page.context["columns"]] == ["", "", ""]


def test_differences_are_marked_where_they_are(admin_client: Client, bound: Sandbox) -> None:
    row = CustomerBinding.objects.get(erp_code="P000001")
    bound.state.erp_customers.get("P000001")["first_name"] = "Nya"
    norce = next(one for one in bound.state.customers if one["Code"] == "P000001")
    norce["PhoneNumber"] = "08-7"
    cells = table(compared(admin_client, row))
    assert cells["FirstName"] == [("Nya", ""), ("Elin", "differs"), ("Elin", "differs")]
    assert cells["PhoneNumber"] == [("–", ""), ("•••", "differs"), ("–", "")]
    assert cells["InvoiceAddress.City"][1] == ("not asked", "")


def test_a_field_left_to_norce_is_grey(admin_client: Client, bound: Sandbox) -> None:
    ErpConnection.objects.update(left_to_norce=["FirstName"])
    page = compared(admin_client, CustomerBinding.objects.get(erp_code="P000001"))
    assert "FirstName (left to Norce)" in page.content.decode()
    assert table(page)["FirstName"] == [("–", ""), ("Elin", ""), ("Elin", "")]


def test_a_company_is_compared_too(admin_client: Client, bound: Sandbox) -> None:
    next(iter(bound.state.companies))["VatNo"] = "SE1"
    cells = table(compared(admin_client, CompanyBinding.objects.get()))
    assert cells["VatNo"][1] == ("SE1", "differs")


def test_a_binding_without_norce_id_is_found_by_its_code(admin_client: Client, bound: Sandbox) -> None:
    CustomerBinding.objects.update(norce_id=None)
    cells = table(compared(admin_client, CustomerBinding.objects.get(erp_code="P000001")))
    assert cells["Code"][1] == ("P000001", "")


def test_somebody_without_an_email_is_asked_for_less(admin_client: Client, bound: Sandbox) -> None:
    next(one for one in bound.state.customers if one["Code"] == "P000001")["EmailAddress"] = None
    cells = table(compared(admin_client, CustomerBinding.objects.get(erp_code="P000001")))
    assert cells["EmailAddress"][1] == ("–", "differs")
    assert cells["FirstName"][1] == ("Elin", "")


@pytest.mark.parametrize(("side", "bad", "good"), [("erp", 0, 1), ("norce", 1, 0)])
def test_a_side_that_fails_says_why_and_the_other_is_shown(
    admin_client: Client, bound: Sandbox, side: str, bad: int, good: int
) -> None:
    set_faults(bound, **{side: {"error_rate": 1}})
    page = compared(admin_client, CustomerBinding.objects.get(erp_code="P000001"))
    problems = [column.problem for column in page.context["columns"]]
    assert "answered 500" in problems[bad]
    assert (problems[good], table(page)["FirstName"][good]) == ("", ("Elin", ""))


def test_an_inactive_customer_is_said_not_to_be_found(admin_client: Client, bound: Sandbox) -> None:
    bound.state.erp_customers.get("P000001")["active"] = False
    page = compared(admin_client, CustomerBinding.objects.get(erp_code="P000001"))
    assert "nobody active with this code" in page.context["columns"][0].problem


def test_somebody_whom_norce_lacks_is_said_not_to_be_found(admin_client: Client, bound: Sandbox) -> None:
    row = CustomerBinding.objects.create(erp_connection="default", erp_code="P000099")
    problems = [column.problem for column in compared(admin_client, row).context["columns"]]
    assert problems[1:] == ["Norce has nobody with this id or code.", "No run has sent this record yet."]


def test_an_erp_connection_that_is_gone_is_said(admin_client: Client, bound: Sandbox) -> None:
    row = CustomerBinding.objects.create(erp_connection="gone", erp_code="P000001")
    assert "no ERP connection" in compared(admin_client, row).context["columns"][0].problem


def test_a_social_security_number_is_not_shown(admin_client: Client, bound: Sandbox) -> None:
    bound.state.erp_customers.get("P000001")["social_security_number"] = "19000101-0000"
    page = compared(admin_client, CustomerBinding.objects.get(erp_code="P000001"))
    assert table(page)["SocialSecurityNumber"][0] == ("•••", "")
    assert "19000101" not in page.content.decode()


def test_following_a_link_compares_nothing(admin_client: Client, bound: Sandbox) -> None:
    ApiCall.objects.all().delete()
    row = CustomerBinding.objects.get(erp_code="P000001")
    assert admin_client.get(reverse(f"{PEOPLE}_compare", args=[row.pk])).status_code == 302
    assert not ApiCall.objects.exists()


def test_its_calls_are_kept_like_all_others(admin_client: Client, bound: Sandbox) -> None:
    ApiCall.objects.all().delete()
    compared(admin_client, CustomerBinding.objects.get(erp_code="P000001"))
    systems = ApiCall.objects.order_by("pk").values_list("system", flat=True)
    assert list(systems) == ["erp:default", "norce", "norce"]


def test_no_call_is_made_inside_a_transaction(bound: Sandbox) -> None:
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")
    row = CustomerBinding.objects.get(erp_code="P000001")
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        binding_page.comparison(row)


@pytest.mark.parametrize(("right", "status"), [("view", 200), ("change", 200), (None, 403)])
def test_comparing_needs_the_right_to_see(client: Client, bound: Sandbox, right: str | None, status: int) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    if right:
        user.user_permissions.add(Permission.objects.get(codename=f"{right}_customerbinding"))
    client.force_login(user)
    assert compared(client, CustomerBinding.objects.get(erp_code="P000001")).status_code == status


def test_the_page_leads_to_the_runs_that_had_it(admin_client: Client, bound: Sandbox) -> None:
    row = CustomerBinding.objects.get(erp_code="P000001")
    page = admin_client.get(reverse(f"{PEOPLE}_change", args=[row.pk])).content.decode()
    run = SyncRun.objects.get(resource="customers")
    url = reverse("admin:hub_syncrun_change", args=[run.pk])
    assert f'href="{url}">Customers to Norce {run.pk}</a>' in page
    assert "accepted" in page


def test_rows_of_runs_are_for_those_who_may_see_them(client: Client, bound: Sandbox) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_customerbinding"))
    client.force_login(user)
    row = CustomerBinding.objects.get(erp_code="P000001")
    page = client.get(reverse(f"{PEOPLE}_change", args=[row.pk])).content.decode()
    assert "Compare now" in page
    assert "In runs" not in page


@pytest.fixture
def forgotten(application: Any) -> CustomerBinding:
    """Somebody whom Norce has forgotten; the rest is there to be hidden."""
    return CustomerBinding.objects.create(
        erp_connection="default", erp_code="P7", norce_id=7, sent='{"FirstName": "Ida"}', forgotten_at=timezone.now()
    )


def test_of_a_forgotten_customer_nothing_else_is_shown(admin_client: Client, forgotten: CustomerBinding) -> None:
    page = admin_client.get(reverse(f"{PEOPLE}_change", args=[forgotten.pk])).content.decode()
    assert "Forgotten by Norce" in page
    for text in ("Compare now", "Ida", "Last sent", "In runs", "Report the code again", 'name="erp_code"'):
        assert text not in page


def test_a_forgotten_customer_is_neither_compared_nor_reported(
    admin_client: Client, forgotten: CustomerBinding, sandbox: Sandbox
) -> None:
    assert compared(admin_client, forgotten).status_code == 302
    admin_client.post(reverse(f"{PEOPLE}_report_again", args=[forgotten.pk]), {"_form_submitted": "on", "reason": "x"})
    admin_client.post(reverse(f"{PEOPLE}_change", args=[forgotten.pk]), {"erp_code": "X", "email": "a@example.com"})
    admin_client.post(reverse(f"{PEOPLE}_delete", args=[forgotten.pk]), {"post": "yes"})
    before = forgotten.report, forgotten.erp_code, forgotten.email
    forgotten.refresh_from_db()
    assert before == (forgotten.report, forgotten.erp_code, forgotten.email)
    assert not ApiCall.objects.exists()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("standing=active", {"NEW", "OLD", "NEVER"}),
        ("standing=inactive", {"ENDED"}),
        ("standing=forgotten", {"P7"}),
        ("accepted=1", {"NEW", "ENDED"}),
        ("accepted=7", {"NEW", "ENDED"}),
        ("accepted=old", {"OLD"}),
        ("accepted=never", {"NEVER", "P7"}),
    ],
)
def test_the_list_is_narrowed_by(admin_client: Client, forgotten: Any, query: str, codes: set[str]) -> None:
    now = timezone.now()
    for code, accepted_at in (("NEW", now), ("ENDED", now), ("OLD", now.replace(year=2020, day=1)), ("NEVER", None)):
        CustomerBinding.objects.create(
            erp_connection="default", erp_code=code, accepted_at=accepted_at, is_active=code != "ENDED"
        )
    page = admin_client.get(reverse(f"{PEOPLE}_changelist") + f"?{query}")
    assert {row.erp_code for row in page.context["cl"].result_list} == codes


def test_correcting_a_row_leaves_what_a_run_writes_meanwhile(admin_client: Client, application: Any) -> None:
    row = CompanyBinding.objects.create(erp_connection="default", erp_code="F-9", organisation_no="5560360793")
    writes = CompanyBinding.save

    def save(self: CompanyBinding, *args: Any, **kwargs: Any) -> None:
        CompanyBinding.objects.update(digest="of the run")
        writes(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CompanyBinding, "save", save)
        data = {"erp_code": "F-10", "organisation_no": "5560360793", "vat_no": "", "norce_id": "", "reason": "Typo"}
        admin_client.post(reverse(f"{COMPANIES}_change", args=[row.pk]), data)
    row.refresh_from_db()
    assert (row.erp_code, row.digest) == ("F-10", "of the run")
