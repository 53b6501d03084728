"""A Norce job restarted: only when that overwrites nothing newer, and settled like the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import TransientError
from connectors.norce.types.jobs import JobResponse
from hub import by_hand, drain, gateways, inbox, jobs, restarts, runs, work
from hub.models import Attempt, InboxEvent, NorceJob, OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from tests.faults import be_due
from tests.hub.plans import Norce, a_resource, claimed_run, job, plan

Action = SyncRow.Action
Work = Callable[[], int]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def norce(monkeypatch: pytest.MonkeyPatch) -> Norce:
    made = Norce()
    monkeypatch.setattr(gateways, "norce_connect", lambda: made)
    return made


@pytest.fixture
def ended() -> Iterator[NorceJob]:
    """Job 17 of a run that has ended: 1 was taken, 2 was refused."""
    with a_resource():
        yield ended_job()


def ended_job(job_id: int = 17, days: float = 0, **columns: Any) -> NorceJob:
    run = claimed_run(state=State.FAILED, phase=SyncRun.Phase.SENT, count_accepted=1, count_failed=1)
    plan(run, "1", batch=1, action=Action.ACCEPTED), plan(run, "2", batch=1, action=Action.FAILED)
    known = {"run": run, "batch": 1, "method": "ImportCustomers", "job_id": job_id, "norce_status": 2}
    finished = {"state": State.DONE, "finished_at": timezone.now() - timedelta(days)}
    return NorceJob.objects.create(**known | finished | columns)


def restarted(item: NorceJob) -> NorceJob:
    restarts.restart(item, by="anna", reason="The flag is there now.")
    item.refresh_from_db()
    return item


def seen(item: NorceJob | SyncRun) -> Any:
    item.refresh_from_db()
    return item


@pytest.mark.parametrize("status", [2, 3])
@pytest.mark.parametrize("days", [0, 13.99])
def test_a_job_that_has_ended_can_be_restarted_for_two_weeks(ended: NorceJob, status: int, days: float) -> None:
    item = ended_job(18, days, norce_status=status)
    NorceJob.objects.filter(pk=ended.pk).delete()
    assert restarts.why_not(item) == ""


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"finished_at": None, "state": State.PENDING}, "only jobs that have ended"),
        ({"norce_status": 1}, "only jobs that have ended"),
        ({"norce_status": 4}, "only jobs that have ended as succeeded or failed"),
        ({"finished_at": timezone.now() - timedelta(days=14, minutes=1)}, "over two weeks ago"),
    ],
)
def test_a_job_that_norce_would_not_restart_is_refused_in_words(
    ended: NorceJob, columns: dict[str, Any], words: str
) -> None:
    NorceJob.objects.filter(pk=ended.pk).update(**columns)
    with pytest.raises(by_hand.NotAllowed, match=words):
        restarted(ended)
    assert set(SyncRow.objects.values_list("action", flat=True)) == {Action.ACCEPTED, Action.FAILED}


@pytest.mark.parametrize("state", [State.DONE, State.PENDING, State.RUNNING])
def test_a_job_with_a_newer_one_of_its_type_is_not_restarted(ended: NorceJob, state: State) -> None:
    ended_job(18, state=state)
    with pytest.raises(by_hand.NotAllowed, match="would overwrite newer data"):
        restarted(ended)


@pytest.mark.parametrize(
    ("other", "of_run"),
    [({"method": "ImportCompanies"}, {}), ({"state": State.FAILED}, {}), ({}, {"application_key": "another"})],
)
def test_a_newer_job_that_overwrites_nothing_is_no_reason(
    ended: NorceJob, other: dict[str, Any], of_run: dict[str, Any]
) -> None:
    newer = ended_job(18, **other)
    SyncRun.objects.filter(pk=newer.run_id).update(**of_run)
    assert restarts.why_not(ended) == ""


def test_no_job_is_restarted_beside_another_run(ended: NorceJob) -> None:
    runs.start(resource="tests", by="schedule")
    with pytest.raises(by_hand.NotAllowed, match="A newer run of tests is active"):
        restarted(ended)
    assert seen(ended).state == State.DONE


def test_a_restart_needs_a_reason(ended: NorceJob) -> None:
    with pytest.raises(by_hand.NotAllowed, match="Say why"):
        restarts.restart(ended, by="anna", reason=" ")
    assert (seen(ended).state, ended.restart_wanted, seen(ended.run).state) == (State.DONE, False, State.FAILED)


def test_a_restart_that_succeeds_ends_its_run_well(ended: NorceJob, norce: Norce, work: Work) -> None:
    norce.known = [job(17, 2, status=2)]
    restarted(ended)
    assert (ended.state, seen(ended.run).state) == (State.PENDING, State.SUBMITTED)
    work()
    assert (norce.restarted, seen(ended).state, ended.restart_wanted) == ([17], State.DONE, False)
    run = seen(ended.run)
    assert (run.state, run.count_accepted, run.count_failed, run.error) == (State.DONE, 2, 0, "")
    assert set(run.rows.values_list("action", flat=True)) == {Action.ACCEPTED}


def test_a_restart_keeps_who_and_why(ended: NorceJob, norce: Norce, work: Work) -> None:
    norce.known = [job(17, 2, status=2)]
    restarted(ended)
    work()
    attempt = Attempt.objects.get(item_kind="norcejob")
    assert (attempt.asked_by, attempt.reason) == ("anna", "The flag is there now.")


def test_a_restart_under_a_new_id_follows_that(
    ended: NorceJob, norce: Norce, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    norce.known = [job(17, 2, status=2), job(31, 2, status=2)]
    monkeypatch.setattr(norce, "restart_job", lambda job_id: JobResponse(job_id=31))
    restarted(ended)
    work()
    assert (seen(ended).job_id, ended.restarted_from, ended.state) == (31, 17, State.DONE)
    assert seen(ended.run).state == State.DONE


def test_a_restart_whose_answer_is_lost_is_not_made_twice(ended: NorceJob, norce: Norce, work: Work) -> None:
    norce.known, norce.lost = [job(17, 2, status=2)], 1
    restarted(ended)
    work()
    assert (seen(ended).state, ended.restart_wanted) == (State.PENDING, True)
    norce.known = [job(17, 2, status=1)]
    be_due()
    drain.step()
    assert (norce.restarted, seen(ended).restart_wanted, ended.state) == ([17], False, State.PENDING)


def test_a_run_that_had_not_sent_everything_still_needs_its_retry(ended: NorceJob, norce: Norce, work: Work) -> None:
    SyncRun.objects.update(phase=SyncRun.Phase.SENDING)
    plan(ended.run, "3")
    norce.known = [job(17, 2, status=2)]
    restarted(ended)
    work()
    assert (seen(ended).state, seen(ended.run).state) == (State.DONE, State.FAILED)
    assert dict(ended.run.rows.values_list("erp_code", "action")) == {"1": "accepted", "2": "accepted", "3": "planned"}


def test_a_restarted_job_is_not_late_at_once(ended: NorceJob, norce: Norce) -> None:
    NorceJob.objects.update(created_at=timezone.now() - timedelta(days=3))
    norce.known = [job(17, 2, status=1)]
    restarted(ended)
    item = work.claim(NorceJob.claimable())
    assert item is not None
    with pytest.raises(TransientError, match="still working"):
        jobs.poll(item)
    assert not OutboxMessage.objects.exists()


def test_a_job_is_not_restarted_after_its_failed_rows_went_to_another_call(ended: NorceJob) -> None:
    NorceJob.objects.update(failed=1)
    ended.refresh_from_db()
    assert restarts.why_not(ended) == ""
    ended.run.rows.filter(action=Action.FAILED).update(batch=2)
    assert "sent again by a Retry" in restarts.why_not(ended)


def test_norces_event_of_a_restarted_job_is_news_again(ended: NorceJob) -> None:
    body = b'{"ClientId": 1, "JobId": 17, "StatusId": 2}'
    for _ in range(2):
        inbox.receive(event_type="JobCompletedEvent", body=body)
    assert InboxEvent.objects.count() == 1
    restarted(ended)
    inbox.receive(event_type="JobCompletedEvent", body=body)
    assert InboxEvent.objects.count() == 2


def test_a_run_that_a_restarted_job_fails_again_is_news_for_the_operators_again(ended: NorceJob) -> None:
    NorceJob.objects.update(told_in=1), SyncRun.objects.update(told_in=1)
    restarted(ended)
    assert (ended.told_in, seen(ended.run).told_in) == (None, None)
