"""Follow a Norce job to its end and settle its run's rows by what the job log says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import PermanentError, TransientError
from connectors.norce.types.jobs import Job, JobLogEntry, JobResponse
from connectors.redaction import redact_text
from hub import alerts, gateways, registry, restarts, rings, runs
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State

# Norce's jobs take seconds to minutes; polling is the fallback of its event (customers-jobs-auth.md § 7).
PAUSES = (3.0, 5.0, 15.0, 30.0, 60.0, 120.0)
INFORMATION, WARNING = 1, 2
LATE = sentence(_("Norce has worked on job %(job)s for over %(minutes)s minutes"))
LATE_TEXT = sentence(
    _(
        "%(method)s of run %(run)s (%(resource)s), %(total)s records, is not finished. Look at the job in Norce Admin; "
        "the hub goes on asking."
    )
)


def follow(run: SyncRun, *, batch: int, method: str, response: JobResponse) -> None:
    """Keep the job that Norce made of one import call, mark its rows as sent, and ring so that it is polled."""
    if not response.job_id:
        SyncRun.objects.filter(pk=run.pk).update(posting_batch=None)
        raise PermanentError("job_not_named", said=response.description or response.status_code)
    with transaction.atomic():
        number = run.rows.filter(batch=batch, action=SyncRow.Action.PLANNED).update(action=SyncRow.Action.SENT)
        job, _created = NorceJob.objects.get_or_create(
            job_id=response.job_id, defaults={"run": run, "batch": batch, "method": method, "total": number}
        )
        SyncRun.objects.filter(pk=run.pk).update(posting_batch=None, count_sent=F("count_sent") + number)
        rings.ring()


def poll(item: NorceJob) -> State | None:
    """Ask Norce how the job is doing; when it has ended, settle its rows. Returns the work state.

    A job that is to be restarted is restarted first. Raises TransientError that does not count while
    the job goes on: the next look comes later, or as soon as Norce's JobCompletedEvent does.
    """
    connect = gateways.norce_connect()
    if item.restart_wanted:
        restarts.again(item, connect)
    job = connect.job(item.job_id)
    NorceJob.objects.filter(pk=item.pk).update(norce_status=job.status_id or item.norce_status)
    if not job.is_terminal:
        _mind_lead_time(item)
        wait = PAUSES[min(item.tries, len(PAUSES)) - 1]
        raise TransientError("job_open", retry_after=wait, counts=False)
    log = connect.job_log(item.job_id)
    complete(item, job, log)
    if job.status_id != NorceJob.Status.SUCCEEDED:
        raise _failed(job, _complaints(log))
    return State.DONE


def complete(item: NorceJob, job: Job, log: Sequence[JobLogEntry]) -> None:
    """Settle an ended job's rows and its run: what the log complains of failed, the rest was taken.

    Norce may cut the imported row off, so a row is told by its code within the text; when failures
    cannot be told apart, no row counts as taken.
    """
    sent = item.run.rows.filter(batch=item.batch, action=SyncRow.Action.SENT)
    failed = _failed_rows(sent, job, _complaints(log))
    with transaction.atomic():
        # Two jobs that end at once must see each other's end, or neither ends the run.
        run = SyncRun.objects.select_for_update().get(pk=item.run_id)
        rows = [SyncRow(pk=pk, action=SyncRow.Action.FAILED, message=text) for pk, text in failed.items()]
        SyncRow.objects.bulk_update(rows, ["action", "message"], batch_size=200)
        accepted = sent.update(action=SyncRow.Action.ACCEPTED, message="")
        registry.resource(run.resource).settle(run, item.batch)
        runs.count_up(run, accepted=accepted, failed=len(failed))
        NorceJob.objects.filter(pk=item.pk).update(
            total=job.totals or accepted + len(failed),
            failed=max(job.fail or 0, len(failed)),
            log=_kept(log),
            finished_at=timezone.now(),
        )
        alerts.take_back(_late_key(item))
        runs.complete(run)


def _failed_rows(sent: QuerySet[SyncRow], job: Job, complaints: Sequence[JobLogEntry]) -> dict[int, str]:
    """Return why each row that was not taken was not, by its key."""
    whole = job.status_id == NorceJob.Status.SUCCEEDED
    if whole and not complaints and not job.fail:
        return {}
    codes = list(sent.values_list("pk", "erp_code"))
    failed = {pk: text for pk, code in codes if (text := _complaint(code, complaints))}
    fail = job.fail or 0
    if not whole or fail > len(failed) or _has_nameless(codes, fail, complaints):
        return {pk: failed.get(pk) or _failed(job, complaints).message for pk, _code in codes}
    return failed


def _has_nameless(codes: Sequence[tuple[int, str]], fail: int, complaints: Sequence[JobLogEntry]) -> bool:
    """Return whether a record was not imported without the log saying which; a warning about another is no answer."""
    errors = [entry for entry in complaints if (entry.severity_id or 0) > WARNING]
    return sum(bool(_complaint(code, errors)) for _pk, code in codes) < min(fail, len(errors))


def _complaints(log: Sequence[JobLogEntry]) -> list[JobLogEntry]:
    return [entry for entry in log if (entry.severity_id or 0) > INFORMATION]


def _complaint(code: str, entries: Iterable[JobLogEntry]) -> str:
    texts = [entry.message or "" for entry in entries if f'"{code}"' in (entry.imported_row or "")]
    return redact_text("; ".join(dict.fromkeys(texts)))


def _mind_lead_time(item: NorceJob) -> None:
    """Tell the operators once when Norce takes longer than HUB_JOB_LEAD_MINUTES for a job."""
    limit = timezone.now() - timedelta(minutes=settings.HUB_JOB_LEAD_MINUTES)
    if item.created_at < limit:
        alerts.put(
            key=_late_key(item),
            subject=LATE % {"job": item.job_id, "minutes": settings.HUB_JOB_LEAD_MINUTES},
            text=LATE_TEXT
            % {"method": item.method, "run": item.run_id, "resource": item.run.resource, "total": item.total},
            path=f"/admin/hub/norcejob/{item.pk}/change/",
        )


def _late_key(item: NorceJob) -> str:
    # A restarted job is a new one to Norce, and to the clock.
    return f"job-late:{item.pk}:{item.created_at:%Y%m%d%H%M%S}"


def _failed(job: Job, entries: Sequence[JobLogEntry]) -> PermanentError:
    said = redact_text("; ".join(dict.fromkeys(entry.message or "" for entry in entries)))
    failed = job.fail or 0
    if not said:
        return PermanentError("job_failed_silently", job=job.job_id, status=job.status_id, failed=failed)
    return PermanentError("job_failed", job=job.job_id, status=job.status_id, failed=failed, said=said)


def _kept(log: Sequence[JobLogEntry]) -> list[dict[str, object]]:
    return [{"severity": entry.severity_id, "message": redact_text(entry.message or "")} for entry in log[:200]]
