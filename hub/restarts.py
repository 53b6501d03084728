"""Let Norce run an ended job again, when that cannot overwrite anything newer."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.norce.connect import NorceConnect
from hub import by_hand, job_events, runs, work
from hub.models import InboxEvent, NorceJob, SyncRow, SyncRun
from hub.models.runs import ACTIVE
from hub.models.work import State
from hub.work_titles import resource_title

# Norce keeps an import's payload for about two weeks (guide 003).
RESTARTABLE = timedelta(days=14)


def restart(item: NorceJob, *, by: str, reason: str) -> None:
    """Let Norce run an ended job's payload again; who and why is kept on the next attempt.

    Raises by_hand.NotAllowed, in words, unless the job ended as succeeded or failed, within two weeks (Norce
    discards the payload then), and nothing newer of its type was accepted since or is under way, which
    the old payload would overwrite (customers-jobs-auth.md § 5).
    """
    item = NorceJob.objects.select_related("run").get(pk=item.pk)
    if refusal := why_not(item):
        raise by_hand.NotAllowed(refusal)
    try:
        with transaction.atomic():
            NorceJob.objects.filter(pk=item.pk).update(
                restart_wanted=True, state=State.CANCELLED, created_at=timezone.now()
            )
            by_hand.retry(item, by=by, reason=reason)
            item.run.rows.filter(batch=item.batch, action__in=(SyncRow.Action.FAILED, SyncRow.Action.ACCEPTED)).update(
                action=SyncRow.Action.SENT
            )
            # Norce tells of the same job and status once more, and that is news again.
            InboxEvent.objects.filter(subject=job_events.subject(item.job_id)).update(key="")
            # A run that stopped before it had sent everything is not ended by this job: it still needs its Retry.
            sent = SyncRun.objects.filter(pk=item.run_id, phase=SyncRun.Phase.SENT)
            sent.exclude(state__in=ACTIVE).update(
                state=State.SUBMITTED, finished_at=None, remedy="", told_in=None, **work.failure(None)
            )
    except IntegrityError as error:
        raise by_hand.NotAllowed(_another(item)) from error


def why_not(item: NorceJob) -> str:
    """Return in words why a job cannot be restarted now, "" when it can."""
    if item.finished_at is None or item.norce_status not in (NorceJob.Status.SUCCEEDED, NorceJob.Status.FAILED):
        return _("Norce restarts only jobs that have ended as succeeded or failed.")
    if item.finished_at < timezone.now() - RESTARTABLE:
        return _("The job ended over two weeks ago: Norce has discarded its payload.")
    active = runs.active(resource=item.run.resource, application_key=item.run.application_key)
    if active and active.pk != item.run_id:
        return _another(item)
    if item.run.rows.filter(batch=item.batch, payload="").exists():
        return _("The job holds people who were forgotten or erased since: its payload would write them again.")
    if item.run.rows.filter(batch=item.batch).exclude(action=SyncRow.Action.ACCEPTED).count() < item.failed:
        return _(
            "What Norce did not take has been sent again by a Retry since: the old payload would send it once more."
        )
    if runs.is_overtaken(item):
        return _("A newer job of this type was accepted since: the old payload would overwrite newer data.")
    return ""


def _another(item: NorceJob) -> str:
    named = {"resource": resource_title(item.run.resource)}
    return _("A newer run of %(resource)s is active: wait until it has ended.") % named


def again(item: NorceJob, connect: NorceConnect) -> None:
    """Ask Norce to run the job's payload again, unless it is at it already (the answer was lost).

    Whether the job keeps its id is not published; a new one takes its place and the old one is kept.
    """
    job = connect.job(item.job_id)
    if job.is_terminal:
        response = connect.restart_job(item.job_id)
        if response.job_id and response.job_id != item.job_id:
            item.restarted_from, item.job_id = item.job_id, response.job_id
    work.mine(item).update(restart_wanted=False, job_id=item.job_id, restarted_from=item.restarted_from)
