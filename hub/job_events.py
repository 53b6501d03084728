"""JobCompletedEvent: a Norce job has ended, so it is asked about now instead of at its next turn."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce import wire
from connectors.norce.types.events import JobCompletedEvent
from connectors.norce.wire import WireError
from hub import rings
from hub.models import InboxEvent, NorceJob
from hub.models.work import State

EVENT_TYPE = JobCompletedEvent.__name__
# What the column of a job's number holds.
LARGEST_JOB_ID = 2**63 - 1
# StatusId is an int32 of Norce's; a longer one would not fit into the event's key.
LARGEST_STATUS_ID = 2**31 - 1
A_JOB, A_STATUS = sentence(_("the number of a job")), sentence(_("the number of a status"))
ASKED = sentence(_("The job is asked about now."))
NOT_WAITING = sentence(_("The job was not waiting: it has ended or is being asked about."))
NO_JOB = sentence(_("No such job here; if it becomes known, polling finds its end."))


def identify(completed: JobCompletedEvent) -> tuple[str, str]:
    """Return subject and key: one event for each job and status. Raises WireError."""
    if not 0 < completed.job_id <= LARGEST_JOB_ID:
        raise WireError("JobId", A_JOB, str(completed.job_id))
    if not 0 < completed.status_id <= LARGEST_STATUS_ID:
        raise WireError("StatusId", A_STATUS, str(completed.status_id))
    return subject(completed.job_id), f"{EVENT_TYPE}:{completed.job_id}:{completed.status_id}"


def subject(job_id: int) -> str:
    """Return the name under which events refer to a job: ``norce_job:330915``."""
    return f"norce_job:{job_id}"


def completed_event(event: InboxEvent) -> None:
    """Make the event's job due now, if it waits for its next turn, and note what came of the event.

    Nobody is called here: the poll asks Norce how the job ended, so a forged event costs one question.
    A job that is not known may be one whose import has not been answered yet, or somebody else's.
    """
    job_id = wire.read(JobCompletedEvent, wire.decode(bytes(event.body))).job_id
    jobs = NorceJob.objects.filter(job_id=job_id)
    with transaction.atomic():
        if jobs.filter(state=State.PENDING).update(not_before=timezone.now()):
            note = ASKED
            rings.ring()
        elif jobs.exists():
            note = NOT_WAITING
        else:
            note = NO_JOB
        InboxEvent.objects.filter(pk=event.pk).update(note=note)
