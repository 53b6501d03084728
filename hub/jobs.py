"""Follow a Norce job to its end and settle its run's rows by what the job log says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from connectors.errors import PermanentError, TransientError
from connectors.norce.types.jobs import Job, JobLogEntry, JobResponse
from connectors.redaction import redact_text
from hub import gateways, registry, rings, runs
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State

# Norce's jobs take seconds to minutes; polling is the fallback of its event (customers-jobs-auth.md § 7).
PAUSES = (3.0, 5.0, 15.0, 30.0, 60.0, 120.0)
INFORMATION = 1


def follow(run: SyncRun, *, batch: int, method: str, response: JobResponse) -> None:
    """Keep the job that Norce made of one import call, mark its rows as sent, and ring so that it is polled."""
    if not response.job_id:
        raise PermanentError(f"Norce named no job for the import: {response.description or response.status_code}.")
    with transaction.atomic():
        run.rows.filter(batch=batch).update(action=SyncRow.Action.SENT)
        NorceJob.objects.get_or_create(job_id=response.job_id, defaults={"run": run, "batch": batch, "method": method})
        rings.ring()


def poll(item: NorceJob) -> State | None:
    """Ask Norce how the job is doing; when it has ended, settle its rows. Returns the work state.

    Raises TransientError that does not count while the job goes on: the next look comes later.
    """
    connect = gateways.norce_connect()
    job = connect.job(item.job_id)
    NorceJob.objects.filter(pk=item.pk).update(norce_status=job.status_id or item.norce_status)
    if not has_ended(job):
        wait = PAUSES[min(item.tries, len(PAUSES)) - 1]
        raise TransientError("Norce is still working on the job.", retry_after=wait, counts=False)
    log = connect.job_log(item.job_id)
    complete(item, job, log)
    if job.status_id != NorceJob.Status.SUCCEEDED:
        raise PermanentError(_summary(job, _complaints(log)), remedy="The run's rows say why.")
    return State.DONE


def has_ended(job: Job) -> bool:
    """Return whether a job's status is a last one; unknown ids count by IsFinished only."""
    terminal = (NorceJob.Status.SUCCEEDED, NorceJob.Status.FAILED, NorceJob.Status.VALIDATION_FAILED)
    return job.status_id in terminal or bool(job.is_finished)


def complete(item: NorceJob, job: Job, log: Sequence[JobLogEntry]) -> None:
    """Settle an ended job's rows and its run: what the log complains of failed, the rest was taken.

    Norce may cut the imported row off, so a row is told by its code within the text; when failures
    cannot be told apart, no row counts as taken.
    """
    rows = list(item.run.rows.filter(batch=item.batch, action=SyncRow.Action.SENT))
    complaints = _complaints(log)
    failed = {row.pk: text for row in rows if (text := _complaint(row, complaints))}
    whole = job.status_id == NorceJob.Status.SUCCEEDED
    if not whole or (job.fail or 0) > len(failed):
        failed = {row.pk: failed.get(row.pk) or _summary(job, complaints) for row in rows}
    with transaction.atomic():
        # Two jobs that end at once must see each other's end, or neither ends the run.
        SyncRun.objects.select_for_update().get(pk=item.run_id)
        for row in rows:
            row.action = SyncRow.Action.FAILED if row.pk in failed else SyncRow.Action.ACCEPTED
            row.message = failed.get(row.pk, "")
        SyncRow.objects.bulk_update(rows, ["action", "message"], batch_size=500)
        registry.resource(item.run.resource).settle(rows)
        NorceJob.objects.filter(pk=item.pk).update(
            total=job.totals or len(rows),
            failed=max(job.fail or 0, len(failed)),
            log=_kept(log),
            finished_at=timezone.now(),
        )
        runs.complete(item.run)


def _complaints(log: Sequence[JobLogEntry]) -> list[JobLogEntry]:
    return [entry for entry in log if (entry.severity_id or 0) > INFORMATION]


def _complaint(row: SyncRow, entries: Iterable[JobLogEntry]) -> str:
    texts = [entry.message or "" for entry in entries if f'"{row.erp_code}"' in (entry.imported_row or "")]
    return redact_text("; ".join(dict.fromkeys(texts)))


def _summary(job: Job, entries: Sequence[JobLogEntry]) -> str:
    texts = "; ".join(dict.fromkeys(entry.message or "" for entry in entries)) or "the log gives no reason"
    return f"Norce's job {job.job_id} ended with status {job.status_id}, {job.fail or 0} failed: {redact_text(texts)}"


def _kept(log: Sequence[JobLogEntry]) -> list[dict[str, object]]:
    return [{"severity": entry.severity_id, "message": redact_text(entry.message or "")} for entry in log[:200]]
