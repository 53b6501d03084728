"""Codes on their way to Norce when jobs fail, rows are refused, answers get lost and workers die."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import new_customer
from customers import code_reports, matching
from customers.models import Binding, CustomerBinding
from hub import batches, jobs
from hub.drain import WORK_MODELS
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State
from hub.sweeping import sweep
from tests.customers.codes import Work, binding, bound, imports, in_norce, mail, payloads, people, report
from tests.faults import be_due, set_faults

pytestmark = pytest.mark.usefixtures("application")


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
    assert (run.state, run.count_accepted, run.count_failed) == (State.FAILED, 2, 1)
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


def test_a_code_another_norce_customer_has_is_a_question_for_a_person(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    sandbox.state.customers.save(new_customer(sandbox.state, {"Code": "C0", "EmailAddress": "x@example.com"}))
    report(work)
    assert (binding(0).report, binding(0).norce_id) == (Binding.Report.UNKNOWN, None)
    assert "Norce has it on another customer" in binding(0).report_error
    assert binding(1).report == Binding.Report.ACCEPTED


STEPS = (
    (code_reports, "_plan"),
    (matching, "match"),
    (batches, "form"),
    (batches, "post"),
    (jobs, "follow"),
)


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
    assert sweep(WORK_MODELS) == 1
    work()
    return SyncRun.objects.get()


@pytest.mark.parametrize(
    ("place", "name"),
    [(code_reports, "_plan"), (matching, "match"), (batches, "form"), (batches, "post"), (jobs, "follow")],
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
    assert (run.state, run.count_read, run.count_accepted, run.rows.count()) == (State.DONE, 3, 3, 3)
    assert [row["Code"] for row in sandbox.state.customers] == ["C0", "C1", "C2"]


def test_a_run_killed_after_one_of_two_batches_sends_only_the_other(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.HUB_BATCH_RECORDS = 2
    people(sandbox, 4)
    killed(monkeypatch, jobs, "follow", on_call=1, after=True)
    with pytest.raises(KeyboardInterrupt):
        report(work)
    assert (swept(work).state, len(imports()), NorceJob.objects.count()) == (State.DONE, 2, 2)


def test_codes_deleted_between_plan_and_call_are_skipped(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 1)
    killed(monkeypatch, batches, "send", on_call=1)
    with pytest.raises(KeyboardInterrupt):
        report(work)
    CustomerBinding.objects.all().delete()
    run = swept(work)
    assert (run.state, run.count_skipped, imports()) == (State.DONE, 1, [])


def test_an_import_whose_answer_is_lost_is_found_in_the_job_list(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"lose_answers": {"Customer/ImportCustomers": 1}})
    assert report(work).state == State.PENDING
    be_due()
    work()
    assert (SyncRun.objects.get().state, binding(0).report) == (State.DONE, Binding.Report.ACCEPTED)
    assert (len(imports()), NorceJob.objects.count(), len(payloads(sandbox))) == (1, 1, 1)


def test_an_import_that_is_refused_fails_its_codes_in_norces_words(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    set_faults(sandbox, norce={"fail_next": {"Customer/ImportCustomers": [400]}})
    run = report(work)
    assert (run.state, run.error_kind, run.count_failed) == (State.FAILED, "permanent", 1)
    assert "A fault asks for 400" in run.rows.get().message
    assert (binding(0).report, binding(0).report_error) == (Binding.Report.FAILED, run.rows.get().message)


def test_one_refused_code_does_not_keep_the_others_of_its_call_back(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 4)
    set_faults(sandbox, norce={"fail_next": {"Customer/ImportCustomers": [400, 400, 400]}})
    run = report(work)
    assert (run.state, run.count_accepted, run.count_failed) == (State.FAILED, 3, 1)
    assert [binding(number).report for number in range(4)] == ["failed", "accepted", "accepted", "accepted"]


def test_two_codes_that_find_one_customer_of_norce_are_a_question_for_a_person(sandbox: Sandbox, work: Work) -> None:
    bound(1, email="")
    bound(2, email=mail(1))
    number = in_norce(sandbox, 1, Code="C1")
    assert (report(work).state, imports()) == (State.DONE, [])
    assert f"{number} is bound to ERP code C2." in binding(1).report_error
    assert f"{number} is bound to ERP code C1." in binding(2).report_error
