"""A Norce job: followed to its end, its rows settled by what its log says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import PermanentError, TransientError
from connectors.norce import wire
from connectors.norce.types.jobs import Job, JobLogEntry, JobResponse
from hub import gateways, jobs, registry
from hub.models import Alert, NorceJob, SyncRow, SyncRun
from hub.models.work import State

Action = SyncRow.Action
SETTLED: list[SyncRow] = []

pytestmark = pytest.mark.django_db


class Connect:
    """Norce's Job Service with one job and its log."""

    def __init__(self, job: dict[str, Any], log: Sequence[dict[str, Any]] = ()) -> None:
        self._job, self._log = job, log

    def job(self, job_id: int) -> Job:
        return wire.read(Job, {"JobId": job_id} | self._job)

    def job_log(self, job_id: int) -> list[JobLogEntry]:
        return [wire.read(JobLogEntry, entry) for entry in self._log]


def keep(run: SyncRun, batch: int) -> None:
    SETTLED.extend(run.rows.filter(batch=batch).order_by("pk"))


@pytest.fixture
def run() -> Iterator[SyncRun]:
    """A run of a resource that keeps what was settled, with the rows C1, C2 and C3 in batch 1."""
    SETTLED.clear()
    registry.add_resource(registry.Resource(name="tests", run=lambda run: None, settle=keep, wanted=lambda: False))
    made = SyncRun.objects.create(resource="tests", state=State.SUBMITTED)
    for number in (1, 2, 3):
        SyncRow.objects.create(run=made, batch=1, erp_code=f"C{number}", subject=f"thing:{number}")
    yield made
    del registry._resources["tests"]


@pytest.fixture
def job(run: SyncRun) -> NorceJob:
    """The job Norce made of the run's batch."""
    jobs.follow(run, batch=1, method="ImportCustomers", response=wire.read(JobResponse, {"JobId": "17"}))
    return NorceJob.objects.get()


def polled(monkeypatch: pytest.MonkeyPatch, item: NorceJob, norce: Connect) -> Any:
    monkeypatch.setattr(gateways, "norce_connect", lambda: norce)
    return jobs.poll(item)


def refusal(code: str, text: str = "Refused", severity: int = 3) -> dict[str, Any]:
    return {"SeverityId": severity, "Message": text, "ImportedRow": f'{{"Id": 1, "Code": "{code}", "Em'}


def actions() -> list[str]:
    return list(SyncRow.objects.order_by("pk").values_list("action", flat=True))


def test_a_new_job_marks_its_rows_as_sent(job: NorceJob) -> None:
    assert (job.job_id, job.state, set(actions())) == (17, State.PENDING, {Action.SENT})


def test_a_job_that_is_followed_twice_is_one(run: SyncRun, job: NorceJob) -> None:
    jobs.follow(run, batch=1, method="ImportCustomers", response=wire.read(JobResponse, {"JobId": 17}))
    assert NorceJob.objects.count() == 1


@pytest.mark.parametrize("answer", [{}, {"JobId": None}, {"JobId": ""}, {"JobId": 0}])
def test_an_import_without_a_job_is_not_taken_for_sent(run: SyncRun, answer: dict[str, Any]) -> None:
    response = wire.read(JobResponse, answer | {"Description": "Validation failed"})
    with pytest.raises(PermanentError, match="Validation failed"):
        jobs.follow(run, batch=1, method="ImportCustomers", response=response)
    assert (set(actions()), NorceJob.objects.count()) == ({Action.PLANNED}, 0)


@pytest.mark.parametrize("status", [1, 5, 6, 99, None])
@pytest.mark.parametrize(("tries", "seconds"), [(1, 3), (2, 5), (3, 15), (6, 120), (500, 120)])
def test_a_job_that_goes_on_is_looked_at_ever_more_seldom(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch, status: int | None, tries: int, seconds: float
) -> None:
    job.tries = tries
    with pytest.raises(TransientError) as later:
        polled(monkeypatch, job, Connect({"StatusId": status, "IsFinished": False}))
    assert (later.value.retry_after, later.value.counts) == (seconds, False)


@pytest.mark.parametrize("answer", [{"StatusId": 2}, {"StatusId": "Succeeded"}, {"StatusId": 2, "Fail": 0}])
def test_a_job_without_complaints_settles_every_row(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    assert polled(monkeypatch, job, Connect(answer, [{"SeverityId": 1, "Message": "Starting"}])) == State.DONE
    assert actions() == [Action.ACCEPTED] * 3
    assert [row.erp_code for row in SETTLED] == ["C1", "C2", "C3"]
    job.run.refresh_from_db()
    assert job.run.state == State.DONE


def test_rows_that_the_log_names_are_the_failed_ones(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    log = [refusal("C2", "No such company"), refusal("C2", "No such flag", severity=2)]
    assert polled(monkeypatch, job, Connect({"StatusId": 2, "Fail": 1}, log)) == State.DONE
    assert actions() == [Action.ACCEPTED, Action.FAILED, Action.ACCEPTED]
    assert SyncRow.objects.get(erp_code="C2").message == "No such company; No such flag"
    job.run.refresh_from_db()
    assert (job.run.state, job.run.count_failed) == (State.FAILED, 1)


def test_a_code_is_not_found_inside_a_longer_one(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    polled(monkeypatch, job, Connect({"StatusId": 2, "Fail": 1}, [refusal("C22"), refusal("C3")]))
    assert actions() == [Action.ACCEPTED, Action.ACCEPTED, Action.FAILED]


def test_a_warning_about_one_row_does_not_stand_for_the_failure_of_another(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = [refusal("C1", "A flag was left out", 2), {"SeverityId": 3, "Message": "Cut off", "ImportedRow": None}]
    polled(monkeypatch, job, Connect({"StatusId": 2, "Fail": 1}, log))
    assert actions() == [Action.FAILED] * 3


def test_no_row_counts_as_taken_when_failures_cannot_be_told_apart(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = [refusal("C2"), {"SeverityId": 3, "Message": "Cut off", "ImportedRow": None}]
    polled(monkeypatch, job, Connect({"StatusId": 2, "Fail": 2}, log))
    assert actions() == [Action.FAILED] * 3
    assert "2 failed" in SyncRow.objects.get(erp_code="C1").message


@pytest.mark.parametrize("status", [3, 4])
def test_a_failed_job_fails_all_its_rows_with_its_reasons(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with pytest.raises(PermanentError, match="job 17 ended with status ., 3 failed: Everything is wrong"):
        polled(monkeypatch, job, Connect({"StatusId": status, "Fail": 3}, [refusal("", "Everything is wrong")]))
    assert actions() == [Action.FAILED] * 3
    job.refresh_from_db()
    assert (job.failed, job.norce_status) == (3, status)


def test_an_unknown_status_that_is_finished_is_no_success(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PermanentError, match="the log gives no reason"):
        polled(monkeypatch, job, Connect({"StatusId": 99, "IsFinished": True}))
    assert actions() == [Action.FAILED] * 3


def test_the_kept_log_has_no_personal_data_and_nothing_a_database_refuses(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    polled(monkeypatch, job, Connect({"StatusId": 2}, [{"SeverityId": 1, "Message": "maja@example.com\x00"}] * 300))
    job.refresh_from_db()
    assert len(job.log) == 200
    assert job.log[0] == {"severity": 1, "message": "•••?"}


def test_an_ended_job_that_is_polled_again_changes_nothing(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    polled(monkeypatch, job, Connect({"StatusId": 2, "Fail": 1}, [refusal("C2")]))
    before = list(SyncRow.objects.order_by("pk").values())
    polled(monkeypatch, job, Connect({"StatusId": 2, "Fail": 1}, [refusal("C2")]))
    assert list(SyncRow.objects.order_by("pk").values()) == before


def late(job: NorceJob, monkeypatch: pytest.MonkeyPatch, minutes: float) -> list[str]:
    """Look twice at a job that began so many minutes ago; return the alerts that are open."""
    job.created_at = timezone.now() - timedelta(minutes=minutes)
    for _ in range(2):
        with pytest.raises(TransientError):
            polled(monkeypatch, job, Connect({"StatusId": 1}))
    return open_alerts()


def open_alerts() -> list[str]:
    return list(Alert.objects.filter(ended_at=None).values_list("subject", flat=True))


def test_operators_are_told_once_of_a_job_that_takes_too_long(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    assert late(job, monkeypatch, 30.1) == ["Norce has worked on job 17 for over 30 minutes"]


def test_a_late_job_that_ends_before_anybody_was_told_is_no_news(
    job: NorceJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(job, monkeypatch, 30.1)
    polled(monkeypatch, job, Connect({"StatusId": 2}))
    assert open_alerts() == []


def test_a_job_within_its_time_is_no_news(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    assert late(job, monkeypatch, 29.9) == []


def test_a_job_that_ends_counts_its_records(job: NorceJob, monkeypatch: pytest.MonkeyPatch) -> None:
    polled(monkeypatch, job, Connect({"StatusId": 2, "Totals": 3, "Fail": 1}, [refusal("C2")]))
    job.refresh_from_db()
    assert (job.total, job.failed, job.run.count_accepted, job.run.count_failed) == (3, 1, 2, 1)
