"""What Norce says about its import jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from connectors.norce.message import Message, alias


class JobStatus(IntEnum):
    """Where a job is. Norce may add numbers; an unknown one stays a plain int and is not terminal."""

    INITIALIZED = 1
    SUCCEEDED = 2
    FAILED = 3
    VALIDATION_FAILED = 4
    VALIDATING = 5
    QUEUED = 6

    @property
    def is_terminal(self) -> bool:
        """Tell whether the job has ended, for better or worse."""
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.VALIDATION_FAILED)


class LogSeverity(IntEnum):
    """WARNING: the record was imported in part. ERROR: it was not imported."""

    INFORMATION = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, kw_only=True)
class Job(Message):
    """A job; ``totals`` and ``fail`` count records, ``insert`` and ``updates`` rows over all tables."""

    job_id: int | None = None
    status_id: JobStatus | int | None = None
    is_finished: bool | None = None
    totals: int | None = None
    insert: int | None = field(default=None, metadata=alias("Inserts"))
    updates: int | None = None
    fail: int | None = None
    start: str | None = None
    stop: str | None = None
    last_updated: str | None = None
    run_time: str | None = None
    storage_name: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Tell whether the job has ended; with an unknown status Norce's ``is_finished`` decides."""
        if isinstance(self.status_id, JobStatus):
            return self.status_id.is_terminal
        return bool(self.is_finished)


@dataclass(frozen=True, kw_only=True)
class JobLogEntry(Message):
    """A line of a job's log; ``imported_row`` may be cut off and may hold personal data."""

    severity_id: LogSeverity | int | None = None
    message: str | None = None
    time_stamp: str | None = None
    imported_row: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ValidationSummary(Message):
    """The checks made before the job was queued, in records."""

    nr_of_items_in_total: int | None = None
    nr_of_validation_failures: int | None = None
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobResponse(Message):
    """Norce's answer to an import or a restart; the values of ``status_code`` are not published."""

    status_code: str | None = None
    description: str | None = None
    job_id: int | None = None
    validation_summary: ValidationSummary | None = None
