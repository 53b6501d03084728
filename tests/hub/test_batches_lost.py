"""A call whose answer never came: its job is looked for before anything is sent again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import ConfigError, PermanentError, TransientError
from connectors.norce.types.jobs import JobResponse
from hub import batches, gateways, jobs, runs
from hub.models import NorceJob, SyncRow, SyncRun
from tests.hub.plans import Norce, a_resource, claimed_run, job, plan

Action = SyncRow.Action

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Iterator[SyncRun]:
    with a_resource():
        yield claimed_run()


@pytest.fixture
def norce(monkeypatch: pytest.MonkeyPatch) -> Norce:
    made = Norce()
    monkeypatch.setattr(gateways, "norce_connect", lambda: made)
    return made


def send(run: SyncRun) -> bool:
    """Form and send as the next part of the run does."""
    run.refresh_from_db()
    batches.form(run)
    return batches.send(run, until=time.monotonic() + 60)


def actions(run: SyncRun) -> dict[str, str]:
    return dict(run.rows.values_list("erp_code", "action"))


def lose(run: SyncRun, norce: Norce, *codes: str) -> None:
    """Make a call whose answer is lost."""
    plan(run, *codes)
    norce.lost = 1
    with pytest.raises(TransientError):
        send(run)
    run.refresh_from_db()
    assert run.posting_batch == 1


def test_a_lost_answer_is_found_in_the_job_list(run: SyncRun, norce: Norce) -> None:
    lose(run, norce, "1", "2")
    assert send(run)
    run.refresh_from_db()
    assert (len(norce.calls), run.jobs.get().job_id, run.posting_batch) == (1, 101, None)
    assert (set(actions(run).values()), run.count_sent) == ({Action.SENT}, 2)


def test_a_worker_killed_before_the_call_has_sent_nothing(run: SyncRun, norce: Norce) -> None:
    plan(run, "1")
    norce.errors = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        send(run)
    assert (SyncRun.objects.get().posting_batch, norce.calls) == (1, [])
    assert (send(run), norce.calls) == (True, [["1"]])


def test_a_worker_killed_after_the_call_does_not_call_again(
    run: SyncRun, norce: Norce, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(run, "1")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(jobs, "follow", interrupt)
        send(run)
    assert send(run)
    assert (norce.calls, run.jobs.get().job_id) == ([["1"]], 101)


def interrupt(*arguments: Any, **options: Any) -> None:
    raise KeyboardInterrupt


def test_a_batch_is_sent_again_when_several_jobs_may_be_its_own(run: SyncRun, norce: Norce) -> None:
    lose(run, norce, "1", "2")
    norce.known.append(job(150, 2))
    assert send(run)
    assert (norce.calls, run.jobs.get().job_id) == ([["1", "2"], ["1", "2"]], 102)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("totals", "away", "number"), [(3, 0 * HOUR, 101), (2, 16 * HOUR, 101), (2, -16 * HOUR, 101), (2, 0 * HOUR, 40)]
)
def test_a_job_that_cannot_be_the_batchs_own_is_left_alone(
    run: SyncRun, norce: Norce, totals: int, away: timedelta, number: int
) -> None:
    NorceJob.objects.create(run=claimed_run(application_key="other"), batch=1, job_id=50, method="ImportCustomers")
    lose(run, norce, "1", "2")
    norce.known = [job(number, totals, start=(timezone.now() + away).isoformat()), job(50, 2)]
    assert send(run)
    assert len(norce.calls) == 2


def test_the_zone_of_norces_time_stamps_does_not_matter(run: SyncRun, norce: Norce) -> None:
    lose(run, norce, "1")
    elsewhere = timezone.now().replace(tzinfo=None) - 11 * HOUR
    norce.known = [job(101, 1, start=elsewhere.isoformat())]
    assert send(run)
    assert (len(norce.calls), run.jobs.get().job_id) == (1, 101)


@pytest.mark.parametrize("error", [ConfigError("401"), TransientError("503"), PermanentError("400", status=400)])
def test_a_call_that_made_no_job_for_sure_looks_for_none(run: SyncRun, norce: Norce, error: Exception) -> None:
    plan(run, "1")
    norce.errors = [error]
    with suppress(ConfigError, TransientError):
        send(run)
    assert (norce.errors, SyncRun.objects.get().posting_batch) == ([], None)


def test_an_answer_that_cannot_be_read_is_no_refusal(run: SyncRun, norce: Norce) -> None:
    plan(run, "1", "2")
    norce.unreadable = 1
    with pytest.raises(PermanentError):
        send(run)
    assert (norce.calls, actions(run)) == ([["1", "2"]], {"1": Action.PLANNED, "2": Action.PLANNED})
    assert send(run)
    assert (len(norce.calls), run.jobs.get().job_id) == (1, 101)


def test_an_answer_without_a_job_leaves_its_rows_planned(
    run: SyncRun, norce: Norce, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(run, "1")
    monkeypatch.setattr(norce, "import_encoded", lambda *rest, **options: JobResponse(description="No."))
    with pytest.raises(PermanentError, match="named no job"):
        send(run)
    run.refresh_from_db()
    assert (actions(run), run.posting_batch) == ({"1": Action.PLANNED}, None)


def test_a_lost_call_whose_rows_have_gone_looks_for_nothing_more(run: SyncRun, norce: Norce) -> None:
    lose(run, norce, "1")
    run.rows.update(action=Action.SKIPPED)
    assert send(run)
    run.refresh_from_db()
    assert (len(norce.calls), run.posting_batch, runs.has_open_jobs(run)) == (1, None, False)
