"""New ERP codes on their way to Norce: collected, matched, in few calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from connectors.sandbox import query_customers
from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import new_company
from customers import code_reports
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub.models import Application, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.customers.codes import Work, binding, bound, imports, in_norce, mail, payloads, people, report
from tests.customers.registers import person
from tests.faults import be_due, operations, set_faults

# Its default would end the person's relations.
DELTA = {"IsCompanyListDelta": True}

pytestmark = pytest.mark.usefixtures("application")


def test_fifty_new_codes_go_in_one_call_with_id_and_code_only(sandbox: Sandbox, work: Work) -> None:
    ids = people(sandbox, 50)
    run = report(work)
    assert (run.state, run.count_read, run.count_accepted) == (State.DONE, 50, 50)
    assert imports() == ["Customer/ImportCustomers"]
    sent = payloads(sandbox)[0]
    assert sent["header"]["CustomerFieldsThatAreSet"] == ["Id", "Code"]
    assert sent["rows"] == [{"Id": key, "Code": f"C{number}", **DELTA} for number, key in enumerate(ids)]
    assert [row["Code"] for row in sandbox.state.customers] == [f"C{number}" for number in range(50)]
    assert set(CustomerBinding.objects.values_list("report", flat=True)) == {Binding.Report.ACCEPTED}


def test_the_orders_of_a_day_end_in_one_call_a_kind(
    business: Application, sandbox: Sandbox, received: Callable[..., Order], work: Work
) -> None:
    for name in ("01", "02", "03"):
        received(name, DoHold=False)
    work()
    report(work)
    assert imports() == ["Customer/ImportCustomers", "Customer/ImportCompanies"]
    assert all(row["Code"] for row in sandbox.state.companies)


def test_a_company_goes_with_application_key_id_and_code(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    company = new_company(sandbox.state, {"OrganizationNo": "559999-0000", "Name": "Exempelbygg"})
    sandbox.state.companies.save(company)
    CompanyBinding.objects.create(erp_connection="default", erp_code="F1", organisation_no="5599990000")
    assert report(work).state == State.DONE
    sent = payloads(sandbox)[0]
    assert sent["rows"] == [
        {"ApplicationKey": application.key, "Id": company["Id"], "Code": "F1", "IsCustomerListDelta": True}
    ]
    assert set(sent["header"]["CompanyFieldsThatAreSet"]) >= {"Id", "Code"}


def test_nothing_due_makes_no_call(sandbox: Sandbox, work: Work) -> None:
    bound(1, report=Binding.Report.ACCEPTED)
    assert (report(work).state, operations("norce"), code_reports.wanted()) == (State.DONE, [], False)


def test_a_known_norce_id_is_not_looked_up_again(sandbox: Sandbox, work: Work) -> None:
    bound(1, norce_id=in_norce(sandbox, 1))
    report(work)
    # The one question is whom Norce has forgotten.
    assert [name for name in operations("norce") if name.startswith("Customers/")] == ["Customers/Customers"]


def test_a_customer_norce_does_not_have_is_skipped_until_a_full_run(sandbox: Sandbox, work: Work) -> None:
    bound(1)
    run = report(work)
    assert (run.state, run.count_skipped, imports()) == (State.DONE, 1, [])
    assert (binding(1).report, binding(1).report_error) == ("unknown", "Norce does not have this customer.")
    in_norce(sandbox, 1)
    assert report(work).count_read == 0
    assert report(work, SyncRun.Mode.FULL).state == State.DONE
    assert (binding(1).report, binding(1).report_error) == (Binding.Report.ACCEPTED, "")


def test_two_customers_in_norce_are_a_question_for_a_person(sandbox: Sandbox, work: Work) -> None:
    bound(1)
    in_norce(sandbox, 1), in_norce(sandbox, 1)
    report(work)
    assert binding(1).report == Binding.Report.UNKNOWN
    assert "Norce has several customer records" in binding(1).report_error


def test_a_forgotten_customer_is_left_alone(sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    people(sandbox, 1)
    row = query_customers._customer_row
    monkeypatch.setattr(query_customers, "_customer_row", lambda record: row(record) | {"IsForgotten": True})
    report(work)
    assert (imports(), binding(0).report) == ([], Binding.Report.UNKNOWN)


def test_a_second_code_for_one_norce_customer_is_not_sent(sandbox: Sandbox, work: Work) -> None:
    key = in_norce(sandbox, 1)
    bound(1)
    bound(2, norce_id=key, report=Binding.Report.ACCEPTED)
    report(work)
    assert (imports(), binding(1).report) == ([], Binding.Report.UNKNOWN)
    assert f"Norce's customer {key} is bound to ERP code C2" in binding(1).report_error


def test_customers_of_two_applications_with_one_address_keep_their_own_ids(
    application: Application, business: Application, sandbox: Sandbox, work: Work, settings: Settings
) -> None:
    settings.NORCE_CUSTOMERS_BY_APPLICATION = True
    ids = []
    for row in (application, business):
        bound(row.number, application_key=row.key, email=mail(1))
        ids.append(in_norce(sandbox, 1, ApplicationKey=row.key))
    report(work)
    assert [binding(number).norce_id for number in (1901, 1902)] == ids
    assert [payload["rows"][0]["Id"] for payload in payloads(sandbox)] == ids


def test_without_query_the_code_goes_with_the_e_mail_address(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    bound(7, email="")
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [404, 404]}})
    report(work)
    assert payloads(sandbox)[0]["rows"] == [{"EmailAddress": mail(0), "Code": "C0", **DELTA}]
    assert payloads(sandbox)[0]["header"]["CustomerFieldsThatAreSet"] == ["Code", "EmailAddress"]
    assert (binding(7).report, "no e-mail" in binding(7).report_error) == ("unknown", True)


def test_codes_with_and_without_an_id_never_share_a_call(sandbox: Sandbox, work: Work) -> None:
    bound(1, norce_id=in_norce(sandbox, 1))
    bound(2)
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [404, 404]}})
    report(work)
    members = [payload["rows"][0].keys() - DELTA.keys() for payload in payloads(sandbox)]
    assert members == [{"Code", "EmailAddress"}, {"Code", "Id"}]


def test_a_code_corrected_while_the_job_ran_is_still_to_be_reported(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"jobs": "hang"})
    report(work)
    CustomerBinding.objects.update(erp_code="C2")
    set_faults(sandbox, norce={})
    be_due()
    work()
    assert (binding(2).report, SyncRun.objects.get().count_accepted) == (Binding.Report.DUE, 1)


@pytest.mark.parametrize("wrong", [{"code": "L" * 80}, {"email": "e" * 300 + "@example.com"}, {"email": "a\x00@b.se"}])
def test_a_record_that_no_column_takes_does_not_keep_the_fail_safe_from_the_others(
    sandbox: Sandbox, work: Work, wrong: dict[str, str]
) -> None:
    person(sandbox, "P1")
    person(sandbox, wrong.get("code", "P2"), **{"email": wrong["email"]} if "email" in wrong else {})
    assert report(work, SyncRun.Mode.FULL).error == ""
    assert list(CustomerBinding.objects.values_list("erp_code", flat=True)) == ["P1"]


def test_the_fail_safe_says_how_many_records_it_has_read(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1")
    CustomerBinding.objects.create(erp_connection="default", erp_code="P1", email="p1@example.com", report="accepted")
    assert report(work, SyncRun.Mode.FULL).count_read == 1
