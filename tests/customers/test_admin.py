"""Customers and companies in the admin: found by any number, corrected where that is safe, reported again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Binding, CompanyBinding, CustomerBinding
from hub.models import Application
from tests.front import needs

PEOPLE = "admin:customers_customerbinding"
COMPANIES = "admin:customers_companybinding"
SUBMITTED = {"_form_submitted": "on"}


@pytest.fixture
def person(application: Application) -> CustomerBinding:
    """A bound person whose code Norce refused."""
    return CustomerBinding.objects.create(
        erp_connection="default",
        erp_code="10045",
        norce_id=77,
        email="maja.provberg@example.com",
        report=Binding.Report.FAILED,
        report_error="Code is taken.",
    )


@pytest.fixture
def company(application: Application) -> CompanyBinding:
    """A bound company."""
    return CompanyBinding.objects.create(
        erp_connection="default", erp_code="F-9", norce_id=88, organisation_no="5560360793", vat_no="SE556036079301"
    )


@pytest.mark.parametrize("term", ["10045", " 77 ", "Maja.Provberg@Example.com"])
def test_a_person_is_found_by(admin_client: Client, person: CustomerBinding, term: str) -> None:
    page = admin_client.get(reverse(f"{PEOPLE}_changelist"), {"q": term})
    assert list(page.context["cl"].result_list) == [person]


@pytest.mark.parametrize("term", ["F-9", "88", "556036-0793", "SE 5560360793 01"])
def test_a_company_is_found_by(admin_client: Client, company: CompanyBinding, term: str) -> None:
    page = admin_client.get(reverse(f"{COMPANIES}_changelist"), {"q": term})
    assert list(page.context["cl"].result_list) == [company]


def test_a_search_for_somebody_else_finds_nobody(admin_client: Client, person: CustomerBinding) -> None:
    page = admin_client.get(reverse(f"{PEOPLE}_changelist"), {"q": "1004"})
    assert list(page.context["cl"].result_list) == []


def report_again(client: Client, person: CustomerBinding, **said: str) -> str:
    """Press the button on a person's page."""
    answer = client.post(reverse(f"{PEOPLE}_report_again", args=[person.pk]), SUBMITTED | said)
    person.refresh_from_db()
    return answer.content.decode()


def report_selected(client: Client, *people: CustomerBinding, **said: str) -> Any:
    """Choose people in the list and let their codes be reported again."""
    chosen = {"action": "report_selected", ACTION_CHECKBOX_NAME: [person.pk for person in people]}
    return client.post(reverse(f"{PEOPLE}_changelist"), chosen | said, follow=True)


def deeds() -> list[tuple[str | None, str]]:
    return [(entry.object_id, entry.get_change_message()) for entry in LogEntry.objects.order_by("object_id")]


def test_a_code_is_reported_again_on_request(admin_client: Client, person: CustomerBinding) -> None:
    report_again(admin_client, person, reason="Freed in Norce")
    assert (person.report, person.report_error) == (Binding.Report.DUE, "")
    assert deeds() == [(str(person.pk), "Freed in Norce (Report the code again)")]


def test_a_code_is_not_reported_again_without_a_reason(admin_client: Client, person: CustomerBinding) -> None:
    assert "Say why" in report_again(admin_client, person, reason=" ")
    assert (person.report, deeds()) == (Binding.Report.FAILED, [])


def test_a_corrected_code_is_reported_by_itself(admin_client: Client, person: CustomerBinding) -> None:
    data = {"erp_code": "10046", "email": person.email, "norce_id": 77, "reason": "Merged in the ERP"}
    admin_client.post(reverse(f"{PEOPLE}_change", args=[person.pk]), data)
    person.refresh_from_db()
    assert (person.erp_code, person.report, person.report_error) == ("10046", Binding.Report.DUE, "")


def test_before_many_codes_are_reported_again_their_number_and_the_first_are_shown(
    admin_client: Client, person: CustomerBinding
) -> None:
    people = [
        CustomerBinding.objects.create(erp_connection="default", erp_code=f"9{n:03}", report=Binding.Report.FAILED)
        for n in range(22)
    ]
    page = report_selected(admin_client, *people).content.decode()
    assert "Report 22 codes again?" in page and "and 2 more" in page
    assert ["<li>9019</li>" in page, "<li>9020</li>" in page, "10045" in page] == [True, False, False]
    assert "Say why" in report_selected(admin_client, *people, apply="1", reason=" ").content.decode()
    assert not CustomerBinding.objects.filter(report=Binding.Report.DUE).exists()
    assert deeds() == []


def test_many_codes_are_reported_again_each_with_who_and_why(admin_client: Client, person: CustomerBinding) -> None:
    failed = {"report": Binding.Report.FAILED, "report_error": "Code is taken."}
    other = CustomerBinding.objects.create(erp_connection="default", erp_code="10099", **failed)
    page = report_selected(admin_client, person, other, apply="1", reason="Freed in Norce").content.decode()
    assert "The next run reports 2 codes." in page
    assert set(CustomerBinding.objects.values_list("report", "report_error")) == {(Binding.Report.DUE, "")}
    assert deeds() == [(str(row.pk), "Freed in Norce (Report the code again)") for row in (person, other)]


def test_nothing_is_reported_of_whom_norce_has_forgotten(admin_client: Client, person: CustomerBinding) -> None:
    CustomerBinding.objects.update(forgotten_at=timezone.now())
    page = report_selected(admin_client, person, apply="1", reason="Freed in Norce").content.decode()
    report_again(admin_client, person, reason="Freed in Norce")
    assert "there is nothing to report" in page
    assert (person.report, deeds()) == (Binding.Report.FAILED, [])


def test_following_a_link_only_asks(admin_client: Client, person: CustomerBinding) -> None:
    page = admin_client.get(reverse(f"{PEOPLE}_report_again", args=[person.pk]))
    assert "Report the code again?" in page.content.decode()
    person.refresh_from_db()
    assert person.report == Binding.Report.FAILED


def test_the_front_page_counts_refused_codes(admin_client: Client, person: CustomerBinding) -> None:
    need = needs(admin_client)["Customers' codes refused by Norce"]
    assert list(admin_client.get(need.url).context["cl"].result_list) == [person]


def test_an_identifier_is_stored_as_it_is_compared(admin_client: Client, person: CustomerBinding) -> None:
    data = {
        "erp_code": "10046",
        "email": " New@Example.com",
        "norce_id": "78",
        "erp_connection": "other",
        "reason": "Moved",
    }
    admin_client.post(reverse(f"{PEOPLE}_change", args=[person.pk]), data)
    person.refresh_from_db()
    assert (person.erp_code, person.email, person.norce_id) == ("10046", "new@example.com", 78)
    assert person.erp_connection == "default"


def test_it_refuses_a_code_that_another_customer_has(admin_client: Client, person: CustomerBinding) -> None:
    other = CustomerBinding.objects.create(erp_connection="default", erp_code="10099")
    data = {"erp_code": "10045", "email": "", "norce_id": ""}
    page = admin_client.post(reverse(f"{PEOPLE}_change", args=[other.pk]), data)
    assert "Another row has this ERP code" in page.content.decode()


def test_a_missing_company_is_added(admin_client: Client, application: Application) -> None:
    data = {"erp_code": "F-10", "organisation_no": "556036-0793", "vat_no": "", "norce_id": ""}
    admin_client.post(reverse(f"{COMPANIES}_add"), data | {"application_key": "", "erp_connection": "default"})
    assert CompanyBinding.objects.get().organisation_no == "5560360793"
