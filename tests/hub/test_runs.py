"""A run: at most one at a time, ended when all its jobs have ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import ConfigError
from hub import by_hand, registry, runs, tasks
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State
from tests.threads import shared_database, side_by_side

Action = SyncRow.Action


@pytest.fixture
def resource() -> Iterator[registry.Resource]:
    """A resource named ``tests`` that does nothing."""
    made = registry.Resource(name="tests", run=lambda run: None, settle=lambda run, batch: None, wanted=lambda: False)
    registry.add_resource(made)
    yield made
    del registry._resources["tests"]


def start(mode: str = "delta", application_key: str = "") -> SyncRun | None:
    return runs.start(resource="tests", by="anna", mode=mode, application_key=application_key)


def submitted(*actions: Action, job_states: tuple[State, ...] = (State.RUNNING,)) -> tuple[SyncRun, list[NorceJob]]:
    """Make a run with a row for each action and a job for each state, waiting for its jobs."""
    run = SyncRun.objects.create(resource="tests", state=State.SUBMITTED)
    for number, action in enumerate(actions):
        SyncRow.objects.create(run=run, erp_code=f"C{number}", subject=f"thing:{number}", action=action)
    jobs = [
        NorceJob.objects.create(run=run, batch=number, job_id=number, method="ImportCustomers", state=state)
        for number, state in enumerate(job_states, start=1)
    ]
    return run, jobs


def ended(run: SyncRun, job: NorceJob) -> SyncRun:
    NorceJob.objects.filter(pk=job.pk).update(finished_at=timezone.now())
    runs.complete(run)
    run.refresh_from_db()
    return run


def test_two_runs_at_once_are_one(transactional_db: None, resource: registry.Resource, tmp_path: Path) -> None:
    with shared_database(tmp_path):
        started = side_by_side(4, lambda number: start())
        assert len([run for run in started if run]) == SyncRun.objects.count() == 1
        assert runs.active(resource="tests") == SyncRun.objects.get()


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.SUBMITTED, State.HELD])
def test_a_run_that_is_under_way_excludes_another(resource: registry.Resource, state: State) -> None:
    SyncRun.objects.create(resource="tests", state=state)
    assert start() is None
    assert start(application_key="another") is not None


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_an_ended_run_lets_the_next_one_start(resource: registry.Resource, state: State) -> None:
    SyncRun.objects.create(resource="tests", state=state)
    assert start() is not None


def test_a_scheduled_delta_starts_only_when_there_is_something_to_do(resource: registry.Resource) -> None:
    assert tasks.start_run("tests") == []
    registry.add_resource(replace(resource, wanted=lambda: True))
    assert tasks.start_run("tests") == [SyncRun.objects.get().pk]


def test_a_scheduled_full_run_does_not_ask_whether_there_is_something_to_do(resource: registry.Resource) -> None:
    assert tasks.start_run("tests", "full") == [SyncRun.objects.get(mode="full").pk]


def test_an_unknown_resource_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="no resource nonsense; there are .*code_reports"):
        runs.start(resource="nonsense", by="anna")


def test_a_run_waits_for_all_its_jobs() -> None:
    run, jobs = submitted(Action.ACCEPTED, Action.ACCEPTED, job_states=(State.RUNNING, State.PENDING))
    assert ended(run, jobs[0]).state == State.SUBMITTED
    assert ended(run, jobs[1]).state == State.DONE


def test_two_jobs_that_end_at_once_end_their_run() -> None:
    run, jobs = submitted(Action.ACCEPTED, job_states=(State.RUNNING, State.RUNNING))
    assert ended(run, jobs[0]).state == State.SUBMITTED
    assert ended(run, jobs[1]).state == State.DONE


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_run_whose_job_cannot_be_followed_is_ended_by_the_sweep(resource: registry.Resource, state: State) -> None:
    run, jobs = submitted(Action.ACCEPTED, Action.SENT, job_states=(state,))
    runs.end_forsaken()
    run.refresh_from_db()
    assert (run.state, run.error) == (State.FAILED, "1 records were not taken.")
    assert runs.start(resource=run.resource, by="anna") is not None


def test_a_retry_beside_an_active_run_is_refused_in_words(resource: registry.Resource) -> None:
    run, _ = submitted(Action.FAILED)
    SyncRun.objects.update(state=State.FAILED)
    runs.start(resource=run.resource, by="anna")
    with pytest.raises(by_hand.NotAllowed, match="another one of its kind is active"):
        by_hand.retry(run, by="anna", reason="Again.")


def test_a_run_whose_rows_were_all_taken_is_done() -> None:
    run, jobs = submitted(Action.ACCEPTED, Action.ACCEPTED, Action.SKIPPED)
    run = ended(run, jobs[0])
    assert (run.state, run.count_accepted, run.count_skipped, run.count_failed) == (State.DONE, 2, 1, 0)
    assert (run.error, run.finished_at is not None) == ("", True)


def test_a_run_with_refused_rows_has_failed_and_counts_them() -> None:
    run, jobs = submitted(Action.ACCEPTED, Action.FAILED, Action.FAILED)
    run = ended(run, jobs[0])
    assert (run.state, run.error, run.error_kind) == (State.FAILED, "2 records were not taken.", "permanent")
    assert "say why" in run.remedy


def test_a_run_that_was_cancelled_meanwhile_stays_so() -> None:
    run, jobs = submitted(Action.ACCEPTED)
    SyncRun.objects.update(state=State.CANCELLED)
    assert ended(run, jobs[0]).state == State.CANCELLED


def ended_well(days: float, **columns: Any) -> SyncRun:
    created = timezone.now() - timedelta(days)
    return SyncRun.objects.create(**{"resource": "tests", "state": State.DONE, "created_at": created} | columns)


def test_the_first_delta_reads_everything(resource: registry.Resource) -> None:
    ended_well(1, application_key="another"), ended_well(1, resource="others"), ended_well(1, dry_run=True)
    run = start()
    assert run is not None and run.since is None


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_delta_reads_from_the_start_of_the_last_good_run_minus_an_overlap(
    resource: registry.Resource, mode: str
) -> None:
    ended_well(3)
    last = ended_well(2, mode=mode)
    ended_well(1, state=State.FAILED), ended_well(1, state=State.CANCELLED)
    run = start()
    assert run is not None and run.since == last.created_at - timedelta(minutes=15)


def test_a_full_run_reads_everything_whatever_ended_well(resource: registry.Resource) -> None:
    ended_well(1, mode="full", count_read=7)
    run = start("full")
    assert run is not None and (run.since, run.expected) == (None, 7)


def test_a_preview_may_run_beside_a_real_one(resource: registry.Resource) -> None:
    assert start() is not None
    assert runs.start(resource="tests", by="anna", dry_run=True) is not None
    assert runs.start(resource="tests", by="anna", dry_run=True) is None


def test_a_run_starts_for_each_application_that_has_none_under_way(resource: registry.Resource) -> None:
    registry.add_resource(replace(resource, applications=lambda: ["a", "b", "c"]))
    start(application_key="b")
    started = runs.start_all(resource="tests", by="anna", mode="full")
    assert [(run.application_key, run.mode) for run in started] == [("a", "full"), ("c", "full")]


def test_a_full_run_that_went_well_discards_the_failed_ones_before_it() -> None:
    failed = [ended_well(2, state=State.FAILED), ended_well(2, state=State.FAILED, mode="full")]
    kept = [ended_well(2, state=State.FAILED, application_key="a"), ended_well(2, state=State.CANCELLED)]
    run, jobs = submitted(Action.ACCEPTED)
    SyncRun.objects.filter(pk=run.pk).update(mode="full")
    run.refresh_from_db()
    kept.append(ended_well(0, state=State.FAILED))
    ended(run, jobs[0])
    assert [SyncRun.objects.get(pk=one.pk).state for one in failed] == [State.SUPERSEDED] * 2
    assert [SyncRun.objects.get(pk=one.pk).state for one in kept] == ["failed", "cancelled", "failed"]


@pytest.mark.parametrize("columns", [{"mode": "delta"}, {"mode": "full", "dry_run": True}])
def test_a_delta_or_a_preview_discards_nothing(columns: dict[str, Any]) -> None:
    failed = ended_well(2, state=State.FAILED)
    runs.supersede(ended_well(1, **columns))
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_the_last_full_run_is_the_one_before_that_ended_well() -> None:
    last = ended_well(3, mode="full")
    ended_well(2), ended_well(2, mode="full", state=State.FAILED), ended_well(2, mode="full", application_key="a")
    run = ended_well(1, mode="full")
    ended_well(0, mode="full")
    assert runs.last_full(run) == last
