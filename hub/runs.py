"""Start a SyncRun, let its resource work, and settle it when its Norce jobs have ended."""

from __future__ import annotations

from collections import Counter

from django.db import IntegrityError, transaction
from django.utils import timezone

from hub import registry, rings
from hub.models import SyncRow, SyncRun
from hub.models.runs import ACTIVE
from hub.models.work import ErrorKind, State


def start(*, resource: str, by: str, mode: str = SyncRun.Mode.DELTA, application_key: str = "") -> SyncRun | None:
    """Start a run and ring; return it, or None when one is active for that resource and application.

    The database holds that there is one: two schedules that fire at once start one run.
    """
    registry.resource(resource)
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(resource=resource, mode=mode, application_key=application_key, asked_by=by)
            rings.ring()
            return run
    except IntegrityError:
        return None


def start_if_wanted(*, resource: str, by: str) -> SyncRun | None:
    """Start a delta run as `start` does, if its resource has anything to do."""
    return start(resource=resource, by=by) if registry.resource(resource).wanted() else None


def active(*, resource: str, application_key: str = "") -> SyncRun | None:
    """Return the run that is under way for a resource and application, if any."""
    return SyncRun.objects.filter(resource=resource, application_key=application_key, state__in=ACTIVE).first()


def run(item: SyncRun) -> State | None:
    """Do a claimed run with its resource's function."""
    return registry.resource(item.resource).run(item)


def complete(item: SyncRun) -> None:
    """End a submitted run once none of its jobs is open: DONE, or FAILED when rows were not taken."""
    if has_open_jobs(item):
        return
    counts = Counter(item.rows.values_list("action", flat=True))
    failed = counts[SyncRow.Action.FAILED] + counts[SyncRow.Action.SENT]
    SyncRun.objects.filter(pk=item.pk, state=State.SUBMITTED).update(
        state=State.FAILED if failed else State.DONE,
        finished_at=timezone.now(),
        count_changed=counts[SyncRow.Action.ACCEPTED],
        count_skipped=counts[SyncRow.Action.SKIPPED],
        count_failed=failed,
        error_kind=ErrorKind.PERMANENT if failed else "",
        error=f"{failed} of {sum(counts.values())} rows were not taken." if failed else "",
        remedy="The run's rows and jobs say why." if failed else "",
    )


def end_forsaken() -> None:
    """End submitted runs whose last job failed or was cancelled: they must not keep later runs out."""
    for item in SyncRun.objects.filter(state=State.SUBMITTED):
        complete(item)


def has_open_jobs(item: SyncRun) -> bool:
    """Return whether Norce is still working on anything the run has sent."""
    return item.jobs.filter(state__in=ACTIVE, finished_at=None).exists()
