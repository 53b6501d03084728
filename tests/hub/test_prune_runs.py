"""Runs and their rows end by age: contents first, then rows, then the run; what is under way keeps all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customers.models import CustomerBinding
from hub import by_hand, prune, runs
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.runs import ACTIVE
from hub.models.work import State

pytestmark = pytest.mark.usefixtures("transactional_db")
Action = SyncRow.Action
FULL: dict[str, Any] = {"payload": "{}", "identifier": "a@example.com", "changes": {"Code": [1, 2]}, "message": "m"}


def run_of(
    days: float, *, state: str = State.DONE, rows: int = 1, action: str = Action.ACCEPTED, **more: Any
) -> SyncRun:
    """Make a run that ended so many days ago, with rows that hold personal data and a job."""
    ended = timezone.now() - timedelta(days)
    run = SyncRun.objects.create(
        resource="customers", application_key=f"a{SyncRun.objects.count()}", state=state, finished_at=ended, **more
    )
    for number in range(rows):
        SyncRow.objects.create(run=run, erp_code=f"C{number}", subject=f"customer:x:C{number}", action=action, **FULL)
    NorceJob.objects.create(run=run, batch=1, job_id=run.pk, state=State.DONE, finished_at=ended)
    return run


def contents(run: SyncRun) -> tuple[int, int]:
    """Return how many rows a run has, and how many of them still hold anything of anybody."""
    empty = run.rows.filter(payload="", identifier="", changes={})
    return run.rows.count(), run.rows.count() - empty.count()


def test_contents_are_blanked_after_thirty_days_and_rows_deleted_after_ninety() -> None:
    young, old, oldest = run_of(29), run_of(31), run_of(91)
    counts = prune.prune()
    assert (contents(young), contents(old), contents(oldest)) == ((1, 1), (1, 0), (0, 0))
    assert (counts["syncrow (blanked)"], counts["syncrow"], counts["syncrun"]) == (2, 1, 0)


def test_a_second_time_there_is_nothing_to_do() -> None:
    run_of(31, action=Action.FAILED)
    prune.prune()
    assert not any(prune.prune().values())


def test_what_a_row_was_and_how_it_ended_stays() -> None:
    run = run_of(31)
    prune.prune()
    row = run.rows.get()
    assert (row.erp_code, row.action, row.change, row.message) == ("C0", Action.ACCEPTED, SyncRow.Change.CHANGED, "")


def test_a_previews_rows_go_after_seven_days() -> None:
    young, old, real = run_of(6, dry_run=True), run_of(8, dry_run=True), run_of(8)
    prune.prune()
    assert (contents(young), contents(old), contents(real)) == ((1, 1), (0, 0), (1, 1))


@pytest.mark.parametrize("state", ACTIVE)
def test_a_run_that_has_not_ended_keeps_everything(state: str) -> None:
    run = run_of(999, state=state, action=Action.PLANNED)
    prune.prune()
    assert contents(run) == (1, 1) and NorceJob.objects.count() == 1


def test_runs_and_their_jobs_are_kept_for_a_year() -> None:
    young, _ = run_of(364), run_of(366)
    assert prune.prune()["syncrun"] == 1
    assert [run.pk for run in SyncRun.objects.all()] == [young.pk]
    assert [job.run_id for job in NorceJob.objects.all()] == [young.pk]


def test_a_late_retry_of_a_failed_run_sends_nothing(sandbox: Any, application: Any, work: Callable[[], int]) -> None:
    run = run_of(31, state=State.FAILED, action=Action.FAILED, phase=SyncRun.Phase.SENT)
    prune.prune()
    by_hand.retry(run, by="anna", reason="late")
    work()
    run.refresh_from_db()
    assert run.state == State.DONE and list(sandbox.state.payloads) == []
    assert set(run.rows.values_list("action", flat=True)) == {Action.SKIPPED}


def test_more_than_a_batch_is_done_in_a_statement_for_each_batch(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(prune, "BATCH", 10)
    old, oldest = run_of(31, rows=25), run_of(91, rows=25)
    with django_assert_max_num_queries(70):
        prune.prune()
    assert (contents(old), contents(oldest)) == ((25, 0), (0, 0))


def test_the_next_delta_begins_where_it_would_have(application: Any) -> None:
    run_of(364)
    last = SyncRun.objects.create(resource="customers", state=State.DONE, finished_at=timezone.now())
    before = runs.cursor("customers", "")
    prune.prune()
    assert runs.cursor("customers", "") == before == last.created_at - runs.OVERLAP


def test_bindings_are_no_part_of_it() -> None:
    CustomerBinding.objects.create(erp_connection="x", erp_code="C0", email="a@example.com", sent="{}")
    run_of(999)
    prune.prune()
    assert CustomerBinding.objects.get().sent == "{}"
