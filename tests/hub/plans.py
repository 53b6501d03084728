"""A run with planned rows, the resource it is of, and Norce's import and job services in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from connectors.errors import PermanentError, TransientError
from connectors.norce.types.jobs import Job, JobLogEntry, JobResponse
from hub import registry
from hub.models import SyncRow, SyncRun
from hub.models.work import State

FIELDS = [
    ["ImportCustomers", '{"CustomerFieldsThatAreSet":["Code"]}'],
    ["ImportCustomers", '{"CustomerFieldsThatAreSet":["Code","FirstName"]}'],
]


class Norce:
    """Takes imports, refuses calls with a bad code, loses answers, and tells how its jobs are.

    ``calls`` are the codes of each import call, ``headers`` its fields, ``restarted`` the ids of restarted jobs.
    """

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.payloads: list[list[dict[str, Any]]] = []
        self.headers: list[str] = []
        self.bad: set[str] = set()
        self.errors: list[BaseException] = []
        self.lost = 0
        self.unreadable = 0
        self.known: list[Job] = []
        self.restarted: list[int] = []

    def import_encoded(self, method: str, payloads: Sequence[str], *, fields: str, account_id: int) -> JobResponse:
        if self.errors:
            raise self.errors.pop(0)
        records = [json.loads(payload) for payload in payloads]
        codes = [record["Code"] for record in records]
        self.calls.append(codes), self.payloads.append(records), self.headers.append(fields)
        if self.bad & set(codes):
            raise PermanentError("Norce refuses a record of maja@example.com.", status=400)
        self.known.append(job(100 + len(self.calls), len(codes)))
        self._lose()
        return JobResponse(job_id=100 + len(self.calls))

    def jobs(self) -> list[Job]:
        return self.known

    def job(self, job_id: int) -> Job:
        return next(known for known in self.known if known.job_id == job_id)

    def job_log(self, job_id: int) -> list[JobLogEntry]:
        return []

    def restart_job(self, job_id: int) -> JobResponse:
        self.restarted.append(job_id)
        self._lose()
        return JobResponse(job_id=job_id)

    def _lose(self) -> None:
        if self.lost:
            self.lost -= 1
            raise TransientError("No answer.", outcome_unknown=True)
        if self.unreadable:
            self.unreadable -= 1
            raise PermanentError("The answer is not JSON.")


def job(job_id: int, totals: int, *, start: str = "", status: int = 6, fail: int = 0) -> Job:
    """Return a job as Norce lists it, started now unless told otherwise."""
    moment = start or timezone.now().isoformat()
    return Job(job_id=job_id, totals=totals, start=moment, status_id=status, is_finished=status == 2, fail=fail)


@contextmanager
def a_resource(settle: Callable[[SyncRun, int], None] = lambda run, batch: None, **options: Any) -> Iterator[None]:
    """Make the resource ``tests`` known for a while."""
    known: dict[str, Any] = {"run": lambda run: None, "wanted": lambda: False}
    registry.add_resource(registry.Resource(name="tests", settle=settle, **known | options))
    try:
        yield
    finally:
        del registry._resources["tests"]


def claimed_run(**columns: Any) -> SyncRun:
    """Return a run that sends, claimed by this worker."""
    known = {"resource": "tests", "state": State.RUNNING, "phase": SyncRun.Phase.SENDING, "field_sets": FIELDS}
    return SyncRun.objects.create(**known | columns)


def plan(run: SyncRun, *codes: str, **columns: Any) -> list[SyncRow]:
    """Plan a new record for each code, all with the same fields."""
    known: dict[str, Any] = {"field_set": 0, "change": SyncRow.Change.NEW}
    return [
        SyncRow.objects.create(
            **{"run": run, "erp_code": code, "subject": f"thing:{code}", "payload": f'{{"Code":"{code}"}}'}
            | known
            | columns
        )
        for code in codes
    ]
