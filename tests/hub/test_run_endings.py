"""How a run ends: after all it has sent, once, and never by a job that was faster than the run itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from customers.models import Binding, CustomerBinding
from hub import by_hand, drain, runs
from hub import work as engine
from hub.models import Application, NorceJob, SyncRow, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.faults import set_faults

Work = Callable[[], int]


@pytest.fixture
def due(application: Application, received: Callable[..., Order], work: Work) -> CustomerBinding:
    """A customer whose new code waits to be reported."""
    received("01")
    work()
    return CustomerBinding.objects.get(report=Binding.Report.DUE)


def start() -> SyncRun:
    run = runs.start(resource="code_reports", by="test")
    assert run is not None
    return run


def test_a_job_that_ends_while_its_run_still_sends_does_not_end_the_run(due: CustomerBinding) -> None:
    run = start()
    assert engine.claim(SyncRun.claimable()) is not None
    NorceJob.objects.create(run=run, batch=1, job_id=1, method="ImportCustomers", finished_at=timezone.now())
    runs.complete(run)
    run.refresh_from_db()
    assert run.state == State.RUNNING


def test_a_run_whose_jobs_were_faster_ends_by_itself(due: CustomerBinding) -> None:
    run = start()
    NorceJob.objects.create(run=run, batch=1, job_id=1, method="ImportCustomers", finished_at=timezone.now())
    assert runs.ending(run) == State.DONE


def test_it_is_done_when_its_last_job_is(due: CustomerBinding, work: Work) -> None:
    run = start()
    drain.step()
    run.refresh_from_db()
    assert run.state == State.SUBMITTED
    work()
    run.refresh_from_db()
    assert (run.state, run.count_accepted) == (State.DONE, 1)


def test_a_retry_sends_what_was_refused_again(due: CustomerBinding, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"jobs": "fail"})
    run = start()
    work()
    run.refresh_from_db()
    assert (run.state, run.count_failed) == (State.FAILED, 1)
    set_faults(sandbox, norce={})
    by_hand.retry(run, by="alice", reason="Norce was being upgraded.")
    work()
    run.refresh_from_db()
    assert (run.state, run.error) == (State.DONE, "")
    assert list(run.rows.values_list("action", flat=True)) == [SyncRow.Action.ACCEPTED]
    assert run.jobs.count() == 2


def test_a_person_can_free_a_run_whose_job_is_lost(due: CustomerBinding, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"jobs": "hang"})
    run = start()
    work()
    assert runs.start(resource="code_reports", by="test") is None
    run.refresh_from_db()
    by_hand.cancel(run, by="alice", reason="Norce lost the job.")
    assert runs.start(resource="code_reports", by="test") is not None


def test_a_retry_sends_again_what_a_lost_job_never_answered_for(
    due: CustomerBinding, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"jobs": "hang"})
    run = start()
    work()
    by_hand.cancel(NorceJob.objects.get(), by="alice", reason="Norce lost the job.")
    runs.end_forsaken()
    run.refresh_from_db()
    assert (run.state, run.count_failed) == (State.FAILED, 1)
    set_faults(sandbox, norce={})
    by_hand.retry(run, by="alice", reason="Send it again.")
    work()
    run.refresh_from_db()
    assert (run.state, run.count_accepted, run.jobs.count()) == (State.DONE, 1, 2)
