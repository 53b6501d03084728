"""Value mappings out into a file and in from one: every row previewed, every wrong one named, all or nothing."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from hub.mapping_files import COLUMNS, MOST_ROWS, MappingCsv, escaped, unescaped
from hub.models import Application, OutboxMessage, ValueMapping
from hub.models.work import State

LIST = "admin:hub_valuemapping_changelist"
IMPORT = "admin:hub_valuemapping_import"
EXPORT = "admin:hub_valuemapping_export"
PIECES = ("unit", "", "Pieces", "pcs")
FORMATS = ("xlsx", "csv")
pytestmark = pytest.mark.django_db


def as_file(extension: str, *rows: Any, columns: Any = COLUMNS) -> SimpleUploadedFile:
    """Return rows as a person would upload them."""
    if extension == "csv":
        text = StringIO()
        csv.writer(text).writerows([columns, *rows])
        return SimpleUploadedFile("m.csv", text.getvalue().encode())
    book, data = openpyxl.Workbook(), BytesIO()
    for row in (columns, *rows):
        book.worksheets[0].append(row)
    book.save(data)
    return SimpleUploadedFile("m.xlsx", data.getvalue())


def uploaded(client: Client, file: SimpleUploadedFile) -> Any:
    """Upload a file and return the page with its preview or its errors."""
    return client.post(reverse(IMPORT), {"import_file": file, "resource": ""})


def confirmed(client: Client, page: Any) -> Any:
    """Press *Import* on a preview and return the list that follows."""
    form = page.context["confirm_form"]
    said = {"state": page.context["state"], "reason": "The ERP has new words"}
    data = {name: form[name].value() for name in form.fields} | said
    return client.post(reverse("admin:hub_valuemapping_process_import"), data, follow=True)


def exported(client: Client, extension: str, query: str = "") -> bytes:
    """Return the list as a file."""
    page = client.post(reverse(EXPORT) + query, {"format": FORMATS.index(extension), "resource": ""})
    assert extension in page["Content-Disposition"]
    return page.content


def rows_of(extension: str, content: bytes) -> list[tuple[Any, ...]]:
    """Return a file's rows, also the first."""
    if extension == "csv":
        return [tuple(row) for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))]
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]


def kept() -> set[tuple[str, ...]]:
    """Return all mappings."""
    return set(ValueMapping.objects.values_list(*COLUMNS))


def wrong(page: Any) -> dict[int, dict[str, list[str]]]:
    """Return the errors by line and column."""
    return {row.number: row.error_dict for row in page.context["result"].invalid_rows}


@pytest.fixture
def pieces() -> ValueMapping:
    """One mapping."""
    return ValueMapping.objects.create(**dict(zip(COLUMNS, PIECES, strict=True)))


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_is_previewed_and_then_imported(admin_client: Client, pieces: Any, extension: str) -> None:
    ValueMapping.objects.create(kind="unit", norce_value="Box", erp_value="box")
    file = as_file(extension, ("unit", "", "Pieces", "st"), ("unit", "", "Box", "box"), ("flag", "", "VIP", "GULD"))
    page = uploaded(admin_client, file)
    shown = [(row.mapping.norce_value, row.before, row.mapping.erp_value) for row in page.context["preview"]]
    assert shown == [("Pieces", "pcs", "st"), ("VIP", "", "GULD"), ("Box", "", "box")]
    assert PIECES in kept()
    after = confirmed(admin_client, page).content.decode()
    assert "Imported: 1 new, 1 changed, 1 as they were." in after
    assert kept() == {("unit", "", "Pieces", "st"), ("unit", "", "Box", "box"), ("flag", "", "VIP", "GULD")}
    assert LogEntry.objects.filter(change_message="Imported from a file.").count() == 2


@pytest.mark.parametrize("extension", FORMATS)
def test_what_was_exported_changes_nothing_when_imported(admin_client: Client, extension: str) -> None:
    for number, value in enumerate(("=1+1", "+46", "-5", "@x", "'=y", 'Åäö; "x", y', "007", "two\nlines", "'")):
        ValueMapping.objects.create(kind="unit", norce_value=f"{value}{number}", erp_value=value)
    before = kept()
    page = uploaded(admin_client, SimpleUploadedFile(f"m.{extension}", exported(admin_client, extension)))
    assert page.context["totals"]["skip"] == len(before)
    confirmed(admin_client, page)
    assert kept() == before


@pytest.mark.parametrize("extension", FORMATS)
def test_no_cell_is_a_formula(admin_client: Client, extension: str) -> None:
    ValueMapping.objects.create(kind="unit", norce_value="=HYPERLINK(1)", erp_value="@SUM(1)")
    rows = rows_of(extension, exported(admin_client, extension))
    assert rows == [COLUMNS, ("unit", "", "'=HYPERLINK(1)", "'@SUM(1)")]


@given(st.text(alphabet="'=+-@\ta", max_size=6))
def test_escaping_is_undone_exactly(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("extension", FORMATS)
def test_wrong_rows_are_named_in_words_and_nothing_is_imported(
    admin_client: Client, application: Application, extension: str
) -> None:
    good, unknown = ("unit", "{" + application.key.upper() + "}", "Box", "box"), ("colour", "", "Red", "1")
    file = as_file(
        extension, good, unknown, ("unit", "", "", "x"), ("unit", "", "Y", ""), good, ("unit", "k", "a" * 101, "z")
    )
    page = uploaded(admin_client, file)
    errors = wrong(page)
    assert set(errors) == {3, 4, 5, 6, 7}
    assert errors[3]["kind"][0].startswith("There is no kind colour; known are payment_method,")
    assert (errors[4], errors[5]) == ({"norce_value": ["A value is missing."]}, {"erp_value": ["A value is missing."]})
    assert errors[6]["__all__"] == ["Line 2 has the same kind, application and Norce value: keep one of them."]
    assert set(errors[7]) == {"norce_value", "application_key"}
    assert "Line 3, kind" in " ".join(page.content.decode().replace("<strong>", "").split())
    assert ("confirm_form" in page.context, kept()) == (False, set())


@pytest.mark.parametrize("extension", FORMATS)
def test_other_columns_are_refused(admin_client: Client, extension: str) -> None:
    page = uploaded(admin_client, as_file(extension, PIECES, columns=("kind", "application", "norce_value", "kind")))
    [error] = page.context["form"].errors["import_file"]
    assert error.endswith("Look at kind, application_key, erp_value; a template helps.")
    assert "result" not in page.context


def test_columns_may_stand_in_any_order_among_others(admin_client: Client) -> None:
    columns = ("Note", "ERP_value", "norce_value", " kind ", "application_key")
    confirmed(admin_client, uploaded(admin_client, as_file("csv", ("x", "pcs", "Pieces", "UNIT", ""), columns=columns)))
    assert kept() == {PIECES}


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("m.xlsx", b"not a zip", "cannot be read"),
        ("m.xlsx", b"", "empty"),
        ("m.csv", "kind;värde".encode("cp1252"), "not in UTF-8"),
        ("m.csv", b"\n", "first row must name"),
        ("m.csv", b"kind,application_key,norce_value,erp_value\n", "no row below"),
        ("m.ods", b"x", ".xlsx or .csv"),
    ],
)
def test_a_bad_file_is_refused_in_words(admin_client: Client, name: str, content: bytes, text: str) -> None:
    page = uploaded(admin_client, SimpleUploadedFile(name, content))
    assert text in " ".join(page.context["form"].errors["import_file"])
    assert "Traceback" not in page.content.decode()


def test_semicolons_and_blank_lines_are_understood(admin_client: Client) -> None:
    text = "kind;application_key;norce_value;erp_value\r\n\r\nunit;;Pieces;pcs\r\n;;;\r\ncolour;;a;b\r\n"
    page = uploaded(admin_client, SimpleUploadedFile("m.csv", text.encode("utf-8-sig")))
    assert list(wrong(page)) == [5]


def test_numbers_of_excel_are_read_as_they_are_seen_and_dates_refused(admin_client: Client) -> None:
    page = uploaded(
        admin_client,
        as_file("xlsx", ("vat_rate", None, 25, 25.0), ("vat_rate", "", 0.1, 12.5), ("unit", "", date(2026, 1, 2), "x")),
    )
    assert wrong(page) == {4: {"norce_value": ["Excel has made a date of this: format the cell as text."]}}
    confirmed(admin_client, uploaded(admin_client, as_file("xlsx", ("vat_rate", None, 25, 25.0))))
    assert kept() == {("vat_rate", "", "25", "25")}


def test_a_file_with_too_many_rows_is_refused() -> None:
    text = ",".join(COLUMNS) + "\nunit,,a,b" * (MOST_ROWS + 1)
    with pytest.raises(ValueError, match="more than 20000 rows"):
        MappingCsv().create_dataset(text)


@pytest.mark.parametrize("extension", FORMATS)
def test_two_thousand_rows_cost_few_statements(admin_client: Client, pieces: Any, extension: str) -> None:
    file = as_file(extension, PIECES, *(("unit", "", f"Unit {number}", str(number)) for number in range(1999)))
    with CaptureQueriesContext(connection) as queries:
        page = uploaded(admin_client, file)
        confirmed(admin_client, page)
    assert (page.context["totals"]["new"], len(page.context["preview"])) == (1999, 1000)
    assert ValueMapping.objects.count() == 2000
    assert len(queries) < 120
    assert len(rows_of(extension, exported(admin_client, extension))) == 2001


def test_an_export_holds_what_the_list_shows(admin_client: Client, pieces: Any) -> None:
    ValueMapping.objects.create(kind="flag", norce_value="VIP", erp_value="GULD")
    rows = rows_of("csv", exported(admin_client, "csv", "?kind__exact=flag"))
    assert rows == [COLUMNS, ("flag", "", "VIP", "GULD")]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_template_has_the_columns_and_nothing_below(admin_client: Client, pieces: Any, extension: str) -> None:
    page = admin_client.get(reverse("admin:hub_valuemapping_template", args=[extension]))
    assert rows_of(extension, page.content) == [COLUMNS]
    assert admin_client.get(reverse("admin:hub_valuemapping_template", args=["ods"])).status_code == 404


def test_the_list_leads_to_both_pages(admin_client: Client) -> None:
    page = admin_client.get(reverse(LIST)).content.decode()
    assert reverse(IMPORT) in page
    assert reverse(EXPORT) in page
    for name in (IMPORT, EXPORT):
        assert admin_client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    ("right", "seen", "imported"), [("view_valuemapping", 200, 403), ("edit_mapping", 200, 200), ("retry", 403, 403)]
)
def test_files_need_their_rights(client: Client, right: str, seen: int, imported: int) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=right))
    client.force_login(user)
    urls = (reverse(EXPORT), reverse("admin:hub_valuemapping_template", args=["csv"]))
    assert [client.get(url).status_code for url in urls] == [seen, seen]
    assert client.get(reverse(IMPORT)).status_code == imported
    pressed = client.post(reverse("admin:hub_valuemapping_process_import")).status_code
    assert (pressed == 403) == (imported == 403)
    assert (f'href="{reverse(IMPORT)}"' in client.get(reverse(LIST)).content.decode()) == (imported == 200)


def test_who_may_not_import_throws_no_stored_file_away(admin_client: Client, client: Client) -> None:
    page = uploaded(admin_client, as_file("csv", PIECES))
    client.force_login(User.objects.create_user("ola", is_staff=True))
    form = page.context["confirm_form"]
    data = {name: form[name].value() for name in form.fields} | {"reason": "Curious"}
    assert client.post(reverse("admin:hub_valuemapping_process_import"), data).status_code == 403
    confirmed(admin_client, page)
    assert kept() == {PIECES}


def test_a_file_is_imported_once_however_often_the_button_is_pressed(admin_client: Client) -> None:
    page = uploaded(admin_client, as_file("csv", PIECES))
    confirmed(admin_client, page)
    again = confirmed(admin_client, page).content.decode()
    assert "The file is not here any more: choose it again." in again
    assert kept() == {PIECES}


def test_mappings_that_change_after_the_preview_stop_the_import(admin_client: Client, pieces: Any) -> None:
    page = uploaded(admin_client, as_file("csv", ("unit", "", "Pieces", "st")))
    ValueMapping.objects.update(erp_value="ST")
    after = confirmed(admin_client, page).content.decode()
    assert "The mappings have changed since the preview: choose the file again." in after
    assert kept() == {("unit", "", "Pieces", "ST")}


def test_a_preview_says_what_the_file_would_do_to_orders_and_customers(admin_client: Client, application: Any) -> None:
    page = uploaded(admin_client, as_file("csv", PIECES, ("flag", "", "VIP", "GULD")))
    orders, customers = page.context["parts"]
    assert orders.figures == (("No order that it concerns has come lately.", "plain"),)
    assert customers.figures == (("1 value of the ERP is told to Norce otherwise.", "busy"),)
    assert "GULD" in page.content.decode()


def test_an_application_that_is_gone_now_stops_the_import(admin_client: Client, application: Application) -> None:
    page = uploaded(admin_client, as_file("csv", PIECES, ("unit", application.key, "Box", "box")))
    application.delete()
    after = confirmed(admin_client, page).content.decode()
    assert "Nothing was imported" in after
    assert kept() == set()


def test_an_import_points_to_the_work_that_has_waited(admin_client: Client) -> None:
    OutboxMessage.objects.create(
        key="k", kind="erp.order", system="erp", subject="order:1", state=State.FAILED, error_kind="mapping"
    )
    after = confirmed(admin_client, uploaded(admin_client, as_file("csv", PIECES))).content.decode()
    assert "1 work item has stopped for a missing mapping" in after
