"""Norce's jobs: imports that wait, run and end by elapsed time, their logs and their restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any

import simplejson

from connectors.sandbox.applications import CLIENT_ID
from connectors.sandbox.contracts import INT32
from connectors.sandbox.events import raise_event
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

RESTART_DAYS = 14
ROW_TEXT = 200
JOB_MEMBERS = ("JobId", "StatusId", "IsFinished", "Totals", "Insert", "Updates", "Fail", "Start", "Stop", "LastUpdated")


class Status(IntEnum):
    """The status ids of customers-jobs-auth.md § 5; 2, 3 and 4 are the end."""

    INITIALIZED = 1
    SUCCEEDED = 2
    FAILED = 3
    VALIDATION_FAILED = 4
    VALIDATING = 5
    QUEUED = 6


class Severity(IntEnum):
    """What a log entry means for its record: nothing, partly imported, not imported."""

    INFORMATION = 1
    WARNING = 2
    ERROR = 3


@dataclass
class Outcome:
    """What an import did. ``insert`` and ``updates`` count rows over all tables, ``fail`` counts records."""

    insert: int = 0
    updates: int = 0
    fail: int = 0
    status: Status = Status.SUCCEEDED
    log: list[tuple[Severity, str, Any]] = field(default_factory=list)

    def warn(self, text: str, row: Record) -> None:
        """Log that a part of the record was skipped."""
        self.log.append((Severity.WARNING, text, row))

    def refuse(self, text: str, row: Record) -> None:
        """Log and count a record that was not imported."""
        self.log.append((Severity.ERROR, text, row))
        self.fail += 1


RunImport = Callable[[Record], Outcome]


class Jobs:
    """The Job Service. ``run_import`` applies a stored payload when its time has come."""

    def __init__(self, state: State, job_seconds: float, faults: FaultBoard, run_import: RunImport) -> None:
        self._state = state
        self._seconds = job_seconds
        self._faults = faults
        self._run_import = run_import

    def submit(self, payload: Record, totals: int) -> int:
        """Queue an import and return its job id; ``payload`` is kept for a restart."""
        number = self._state.take_number("job")
        self._state.payloads.save({**payload, "JobId": number})
        self._start({"JobId": number, "Totals": totals, "StorageName": f"imports/{number}.json", "log": []})
        return number

    def settle(self) -> None:
        """Run the imports that are due, oldest first; called before anything reads what they change."""
        now = self._state.clock()
        for job in self._state.jobs.find("open", "yes"):
            if self._faults.norce.jobs != "hang" and now - job["started"] >= self._seconds:
                self._finish(job)

    def get(self, request: Request) -> Response:
        """Answer with one job."""
        return Response.json(self.describe(self._find(request)))

    def get_log(self, request: Request) -> Response:
        """Answer with the log entries of one job."""
        return Response.json(self._find(request)["log"])

    def list_jobs(self, request: Request) -> Response:
        """Answer with all jobs."""
        return Response.json([self.describe(job) for job in self._state.jobs])

    def restart(self, request: Request) -> Response:
        """Queue a job that ended with status 2 or 3 within two weeks again, under the same id."""
        job = self._find(request)
        if job["StatusId"] not in {Status.SUCCEEDED, Status.FAILED} or not job["IsFinished"]:
            raise Refusal(400, f"Job {job['JobId']} has status {job['StatusId']}; only 2 and 3 can be restarted.")
        if self._state.clock() - job["stopped"] > timedelta(days=RESTART_DAYS).total_seconds():
            raise Refusal(400, f"Job {job['JobId']} ended over {RESTART_DAYS} days ago; its payload is gone.")
        self._start(job)
        return Response.json(job_response(job["JobId"], job["Totals"], []))

    def describe(self, job: Record) -> Record:
        """Return the job as the Job Service shows it."""
        ended = job["stopped"] if job["IsFinished"] else self._state.clock()
        seconds = ended - job["started"]
        shown = {name: job[name] for name in JOB_MEMBERS}
        return {
            **shown,
            "StatusId": job["StatusId"] if job["IsFinished"] else self._running_status(seconds),
            "RunTime": f"{timedelta(seconds=int(seconds))}",
            "StorageName": job["StorageName"],
        }

    def _running_status(self, seconds: float) -> Status:
        if seconds * 3 < self._seconds:
            return Status.QUEUED
        return Status.VALIDATING if seconds * 3 < self._seconds * 2 else Status.INITIALIZED

    def _start(self, job: Record) -> None:
        now = self._state.now()
        counters = {"Insert": 0, "Updates": 0, "Fail": 0}
        times = {"Start": now, "Stop": None, "LastUpdated": now, "started": self._state.clock(), "stopped": None}
        job.update(StatusId=int(Status.QUEUED), IsFinished=False, **counters, **times)
        self._log(job, Severity.INFORMATION, "Starting import.", None)
        self._state.jobs.save(job)

    def _finish(self, job: Record) -> None:
        outcome = self._outcome(job)
        for severity, text, row in outcome.log:
            self._log(job, severity, text, row)
        self._log(job, Severity.INFORMATION, "Import finished.", None)
        now = self._state.now()
        job.update(StatusId=int(outcome.status), IsFinished=True, Stop=now, LastUpdated=now)
        job.update(Insert=outcome.insert, Updates=outcome.updates, Fail=outcome.fail, stopped=self._state.clock())
        self._state.jobs.save(job)
        ended = {"ClientId": CLIENT_ID, "JobId": job["JobId"], "StatusId": job["StatusId"]}
        raise_event(self._state, "JobCompletedEvent", ended)

    def _outcome(self, job: Record) -> Outcome:
        if self._faults.norce.jobs == "fail":
            failed = Outcome(fail=job["Totals"], status=Status.FAILED)
            failed.log.append((Severity.ERROR, "A fault asks for a failed job; nothing was imported.", None))
            return failed
        payload = self._state.payloads.get(job["JobId"])
        return self._run_import(payload or {})

    def _log(self, job: Record, severity: Severity, text: str, row: Any) -> None:
        imported = None if row is None else simplejson.dumps(row, use_decimal=True, ensure_ascii=False)[:ROW_TEXT]
        entry = {"SeverityId": int(severity), "Message": text, "TimeStamp": self._state.now(), "ImportedRow": imported}
        job["log"].append(entry)

    def _find(self, request: Request) -> Record:
        number = request.query.get("id", "")
        if not number.isdecimal() or int(number) not in INT32:
            raise Refusal(400, f"id: {number or 'missing'} is not a job number.")
        job = self._state.jobs.get(int(number))
        if job is None:
            raise Refusal(400, f"id: there is no job {number}.")
        return job


def job_response(number: int, totals: int, failures: list[str]) -> Record:
    """Return the JobResponse of an accepted import; the id is text here and a number in Job/Get, as documented."""
    summary = {"NrOfItemsInTotal": totals, "NrOfValidationFailures": len(failures), "Messages": failures}
    return {"StatusCode": "OK", "Description": "Queued", "JobId": str(number), "ValidationSummary": summary}
