"""New ERP codes on their way to Norce: collected, in few calls, and what Norce may answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.norce.query import NorceQuery
from connectors.norce.types.query import CustomerRow
from connectors.sandbox import query
from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import new_company, new_customer
from customers import code_reports
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import jobs, runs
from hub import work as engine
from hub.drain import WORK_MODELS
from hub.models import Application, NorceJob, SyncRow, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.faults import be_due, operations, set_faults

Work = Callable[[], int]

pytestmark = pytest.mark.usefixtures("application")


def mail(number: int) -> str:
    return f"buyer{number}@example.com"


def in_norce(sandbox: Sandbox, number: int) -> int:
    """Register a customer in Norce; return the id."""
    customer = new_customer(sandbox.state, {"EmailAddress": mail(number), "FirstName": "Maja", "LastName": "Provberg"})
    sandbox.state.customers.save(customer)
    return int(customer["Id"])


def bound(number: int, **columns: Any) -> CustomerBinding:
    """Make the binding of a person whose code is due."""
    known = {"erp_connection": "default", "erp_code": f"C{number}", "email": mail(number), "report": "due"}
    return CustomerBinding.objects.create(**known | columns)


def people(sandbox: Sandbox, count: int) -> list[int]:
    """Make that many people with a due code whom Norce knows; return their Norce ids."""
    for number in range(count):
        bound(number)
    return [in_norce(sandbox, number) for number in range(count)]


def report(work: Work, mode: str = SyncRun.Mode.DELTA) -> SyncRun:
    """Start a run, do the work, return the run as it is then."""
    run = runs.start(resource="code_reports", by="test", mode=mode)
    assert run is not None
    work()
    run.refresh_from_db()
    return run


def imports() -> list[str]:
    return [name for name in operations("norce") if name.startswith("Customer/Import")]


def payloads(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.state.payloads)


def binding(number: int) -> CustomerBinding:
    return CustomerBinding.objects.get(erp_code=f"C{number}")


def test_fifty_new_codes_go_in_one_call_with_id_and_code_only(sandbox: Sandbox, work: Work) -> None:
    ids = people(sandbox, 50)
    run = report(work)
    assert (run.state, run.count_read, run.count_changed) == (State.DONE, 50, 50)
    assert imports() == ["Customer/ImportCustomers"]
    sent = payloads(sandbox)[0]
    assert sent["header"]["CustomerFieldsThatAreSet"] == ["Id", "Code"]
    assert sent["rows"] == [{"Id": key, "Code": f"C{number}"} for number, key in enumerate(ids)]
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
    assert sent["rows"] == [{"ApplicationKey": application.key, "Id": company["Id"], "Code": "F1"}]
    assert set(sent["header"]["CompanyFieldsThatAreSet"]) >= {"Id", "Code"}


def test_nothing_due_makes_no_call(sandbox: Sandbox, work: Work) -> None:
    bound(1, report=Binding.Report.ACCEPTED)
    assert (report(work).state, operations("norce"), code_reports.wanted()) == (State.DONE, [], False)


def test_a_known_norce_id_is_not_looked_up_again(sandbox: Sandbox, work: Work) -> None:
    bound(1, norce_id=in_norce(sandbox, 1))
    report(work)
    assert [name for name in operations("norce") if name.startswith("Customers/")] == []


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
    assert (binding(1).report, binding(1).report_error[:17]) == ("unknown", "Norce has several")


def test_a_forgotten_customer_is_left_alone(sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    people(sandbox, 1)
    row = query._customer_row
    monkeypatch.setattr(query, "_customer_row", lambda record: row(record) | {"IsForgotten": True})
    report(work)
    assert (imports(), binding(0).report) == ([], Binding.Report.UNKNOWN)


def test_a_second_code_for_one_norce_customer_is_not_sent(sandbox: Sandbox, work: Work) -> None:
    key = in_norce(sandbox, 1)
    bound(1)
    bound(2, norce_id=key, report=Binding.Report.ACCEPTED)
    report(work)
    assert (imports(), binding(1).report_error) == ([], "Another ERP code is bound to the same customer in Norce.")


def test_customers_of_two_applications_with_one_address_keep_their_own_ids(
    application: Application, business: Application, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(self: NorceQuery, emails: list[str]) -> list[CustomerRow]:
        return [CustomerRow(id=self.api.application_id, email_address=email) for email in emails]

    monkeypatch.setattr(NorceQuery, "customers_by_email", search)
    for row in (application, business):
        bound(row.number, application_key=row.key, email=mail(1))
    report(work)
    assert [binding(number).norce_id for number in (1901, 1902)] == [1901, 1902]


def test_without_query_the_code_goes_with_the_e_mail_address(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    bound(7, email="")
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [404]}})
    report(work)
    assert payloads(sandbox)[0]["rows"] == [{"EmailAddress": mail(0), "Code": "C0"}]
    assert payloads(sandbox)[0]["header"]["CustomerFieldsThatAreSet"] == ["Code", "EmailAddress"]
    assert (binding(7).report, "no e-mail" in binding(7).report_error) == ("unknown", True)


def test_codes_with_and_without_an_id_never_share_a_call(sandbox: Sandbox, work: Work) -> None:
    bound(1, norce_id=in_norce(sandbox, 1))
    bound(2)
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [404]}})
    report(work)
    assert [sorted(payload["rows"][0]) for payload in payloads(sandbox)] == [["Code", "Id"], ["Code", "EmailAddress"]]


def test_a_job_that_hangs_is_looked_at_again_later(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"jobs": "hang"})
    run = report(work)
    job = NorceJob.objects.get()
    assert (run.state, job.state, job.attempts, binding(0).report) == (State.SUBMITTED, State.PENDING, 0, "due")
    set_faults(sandbox, norce={})
    be_due()
    work()
    run.refresh_from_db()
    assert (run.state, binding(0).report) == (State.DONE, Binding.Report.ACCEPTED)


def test_a_failed_job_is_shown_on_run_rows_and_bindings(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    set_faults(sandbox, norce={"jobs": "fail"})
    run = report(work)
    job = NorceJob.objects.get()
    assert (run.state, run.count_failed, job.state, job.error_kind) == (State.FAILED, 2, State.FAILED, "permanent")
    assert {row.action for row in run.rows.all()} == {SyncRow.Action.FAILED}
    assert all(
        "asks for a failed job" in text for text in (job.error, run.rows.first().message, binding(0).report_error)
    )
    assert binding(1).report == Binding.Report.FAILED


def test_refused_rows_are_told_from_the_rest(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    set_faults(sandbox, norce={"fail_rows": ["C1"]})
    run = report(work)
    assert (run.state, run.count_changed, run.count_failed) == (State.FAILED, 2, 1)
    assert [binding(number).report for number in range(3)] == ["accepted", "failed", "accepted"]
    assert "asks for this record to fail" in binding(1).report_error
    assert run.rows.get(erp_code="C1").message == binding(1).report_error


def test_a_refused_code_is_sent_again_by_a_full_run_only(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"jobs": "fail"})
    report(work)
    set_faults(sandbox, norce={})
    assert report(work).count_read == 0
    assert report(work, SyncRun.Mode.FULL).state == State.DONE
    assert binding(0).report == Binding.Report.ACCEPTED


def test_a_code_another_norce_customer_has_is_refused_in_norces_words(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    sandbox.state.customers.save(new_customer(sandbox.state, {"Code": "C0", "EmailAddress": "x@example.com"}))
    report(work)
    assert "C0 belongs to customer" in binding(0).report_error
    assert binding(1).report == Binding.Report.ACCEPTED


def killed(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, on_call: int, after: bool = False) -> None:
    """Let the worker die at a call of a function, as by SIGKILL: nothing is settled."""
    function, calls = getattr(place, name), iter(range(1, 100))

    def die(*args: Any, **options: Any) -> Any:
        fatal = next(calls) == on_call
        result = None if fatal and not after else function(*args, **options)
        if fatal:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(place, name, die)


def swept(work: Work) -> SyncRun:
    """Let the dead worker's lease end and another worker go on; return the run."""
    SyncRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert engine.sweep(WORK_MODELS) == 1
    work()
    return SyncRun.objects.get()


@pytest.mark.parametrize(
    ("place", "name"), [(code_reports, "look_up"), (code_reports, "_form_batches"), (code_reports, "_import")]
)
@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_at_any_step_goes_on(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    people(sandbox, 3)
    killed(monkeypatch, place, name, on_call=1, after=after)
    with pytest.raises(KeyboardInterrupt):
        report(work)
    run = swept(work)
    assert (run.state, run.count_read, run.count_changed, run.rows.count()) == (State.DONE, 3, 3, 3)
    assert [row["Code"] for row in sandbox.state.customers] == ["C0", "C1", "C2"]


def test_a_run_killed_after_one_of_two_batches_sends_only_the_other(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_reports, "BATCH", 2)
    people(sandbox, 4)
    killed(monkeypatch, jobs, "follow", on_call=1, after=True)
    with pytest.raises(KeyboardInterrupt):
        report(work)
    assert (swept(work).state, len(imports()), NorceJob.objects.count()) == (State.DONE, 2, 2)


def test_codes_deleted_between_plan_and_call_are_skipped(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 1)
    killed(monkeypatch, code_reports, "_import", on_call=1)
    with pytest.raises(KeyboardInterrupt):
        report(work)
    CustomerBinding.objects.all().delete()
    run = swept(work)
    assert (run.state, run.count_skipped, imports()) == (State.DONE, 1, [])


def test_an_import_whose_answer_is_lost_is_sent_again(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"lose_answers": {"Customer/ImportCustomers": 1}})
    assert report(work).state == State.PENDING
    be_due()
    work()
    assert (SyncRun.objects.get().state, binding(0).report) == (State.DONE, Binding.Report.ACCEPTED)


def test_an_import_that_is_refused_fails_the_run_in_norces_words(
    sandbox: Sandbox, work: Work, settings: Settings
) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"fail_next": {"Customer/ImportCustomers": [400]}})
    run = report(work)
    assert (run.state, run.error_kind, binding(0).report) == (State.FAILED, "permanent", "due")
    assert "A fault asks for 400" in run.error
