"""Start a SyncRun, let its resource work, and settle it when its Norce jobs have ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from connectors.errors import ConfigError, HubError, PermanentError
from hub import by_hand, registry, rings, work
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.runs import ACTIVE
from hub.models.work import State
from hub.work_titles import run_title

# Clocks differ and an ERP may stamp a change before it is to be seen; reading twice costs nothing.
OVERLAP = timedelta(minutes=15)
# What Norce says has changed is shown later than it has happened: query-event.md § 2.3 tells of six hours.
OVERLAP_IN_NORCE = timedelta(hours=6)
# An approval is for what a person has seen; after this the ERP has moved on.
PLAN_KEPT = timedelta(hours=72)


def start(
    *, resource: str, by: str, mode: str = SyncRun.Mode.DELTA, application_key: str = "", dry_run: bool = False
) -> SyncRun | None:
    """Start a run and ring; return it, or None when one is active for that resource and application.

    The database holds that there is one: two schedules that fire at once start one run. A preview
    (``dry_run``) sends nothing and may run beside a real one. Raises ConfigError for a full run or preview
    of a resource that has none.
    """
    _refuse_impossible(registry.resource(resource), mode, dry_run)
    since = cursor(resource, application_key) if mode == SyncRun.Mode.DELTA else None
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(
                resource=resource,
                mode=mode,
                application_key=application_key,
                dry_run=dry_run,
                since=since,
                asked_by=by,
                expected=_last_read(resource, application_key, mode),
            )
            rings.ring()
            return run
    except IntegrityError:
        return None


def _refuse_impossible(known: registry.Resource, mode: str, dry_run: bool) -> None:
    if known.polls_norce and (mode == SyncRun.Mode.FULL or dry_run):
        raise ConfigError("run_delta_only", resource=known.name)
    if dry_run and not known.has_preview:
        raise ConfigError("run_no_preview", resource=known.name)


def start_all(*, resource: str, by: str, mode: str = SyncRun.Mode.DELTA, dry_run: bool = False) -> list[SyncRun]:
    """Start a run as `start` does for each application the resource runs for; return those that were started."""
    keys = registry.resource(resource).applications()
    started = [start(resource=resource, by=by, mode=mode, application_key=key, dry_run=dry_run) for key in keys]
    return [run for run in started if run]


def cursor(resource: str, application_key: str) -> datetime | None:
    """Return from when on a delta must read: the start of the last run that came through, minus an overlap.

    A run that Norce refused single records of has come through: the delta carries these over, and one
    record that Norce always refuses must not make every delta read the whole register. None when
    there was none: then everything is read.
    """
    last = _ended(resource, application_key).first()
    overlap = OVERLAP_IN_NORCE if registry.polls_norce(resource) else OVERLAP
    return last.created_at - overlap if last else None


def last_full(item: SyncRun) -> SyncRun | None:
    """Return the full run of the same resource and application that came through before this one, if any."""
    earlier = _ended(item.resource, item.application_key).filter(pk__lt=item.pk, mode=SyncRun.Mode.FULL)
    return earlier.first()


def last_ended(item: SyncRun) -> SyncRun | None:
    """Return the run of the same resource and application that came through before this one, if any."""
    return _ended(item.resource, item.application_key).filter(pk__lt=item.pk).first()


def active(*, resource: str, application_key: str = "", dry_run: bool = False) -> SyncRun | None:
    """Return the run that is under way for a resource and application, if any."""
    same = SyncRun.objects.filter(resource=resource, application_key=application_key, dry_run=dry_run)
    return same.filter(state__in=ACTIVE).first()


def run(item: SyncRun) -> State | None:
    """Do a claimed run, or the next part of it, with its resource's function."""
    return registry.resource(item.resource).run(item)


def approve(item: SyncRun, *, by: str, reason: str, plan: str) -> None:
    """Let a held run send exactly the plan a person has seen; who and why is kept on its next attempt.

    Raises by_hand.NotAllowed when it is not held, when ``plan`` is not the digest of its plan, when that
    is too old (72 hours) or the reason is empty.
    """
    item.refresh_from_db()
    named = {"run": run_title(item)}
    if item.state != State.HELD or not item.plan:
        raise by_hand.NotAllowed(_("%(run)s is not held: there is nothing to approve.") % named)
    if item.plan != plan:
        raise by_hand.NotAllowed(_("%(run)s has another plan than the one you saw: look at it again.") % named)
    if item.planned_at is None or item.planned_at < timezone.now() - PLAN_KEPT:
        raise by_hand.NotAllowed(
            _("The plan of %(run)s is over three days old: cancel it and start a new run.") % named
        )
    with transaction.atomic():
        if not SyncRun.objects.filter(pk=item.pk, plan=plan, state=State.HELD).update(approved_plan=plan):
            raise by_hand.NotAllowed(_("%(run)s is not held any more.") % named)
        by_hand.retry(item, by=by, reason=reason)


def ending(item: SyncRun) -> State:
    """Return the state of a run that has sent all it had to: SUBMITTED while Norce works on it, else DONE.

    Raises PermanentError when records were not taken.
    """
    if has_open_jobs(item):
        return State.SUBMITTED
    failed = _count(item)
    supersede(item)
    if failed:
        raise _not_taken(failed)
    return State.DONE


def complete(item: SyncRun) -> None:
    """End a submitted run once none of its jobs is open: DONE, or FAILED when rows were not taken."""
    if has_open_jobs(item):
        return
    failed = _count(item)
    ended = SyncRun.objects.filter(pk=item.pk, state=State.SUBMITTED).update(
        state=State.FAILED if failed else State.DONE,
        finished_at=timezone.now(),
        remedy=_not_taken(failed).remedy if failed else "",
        **work.failure(_not_taken(failed) if failed else None),
    )
    if ended:
        supersede(item)


def _not_taken(number: int) -> PermanentError:
    return PermanentError("rows_not_taken", number=number)


def row_failure(error: HubError) -> dict[str, Any]:
    """Return the columns of a row that tell an error."""
    return {"message": str(error), "error_code": error.code, "error_params": error.params if error.code else None}


def supersede(item: SyncRun) -> None:
    """Discard earlier failed runs of the type: a full run that came through is the new state to start from.

    The rule is of guide 002. A poll of Norce has read what failed ones before it should have, and has no full runs.
    A preview supersedes nothing.
    """
    is_whole = item.mode == SyncRun.Mode.FULL or registry.polls_norce(item.resource)
    if is_whole and not item.dry_run:
        earlier = _same(item.resource, item.application_key).filter(pk__lt=item.pk, state=State.FAILED)
        earlier.update(state=State.SUPERSEDED)


def end_forsaken() -> None:
    """End submitted runs whose last job failed or was cancelled: they must not keep later runs out."""
    for item in SyncRun.objects.filter(state=State.SUBMITTED):
        complete(item)


def has_open_jobs(item: SyncRun) -> bool:
    """Return whether Norce is still working on anything the run has sent."""
    return open_jobs(item).exists()


def open_jobs(item: SyncRun) -> QuerySet[NorceJob]:
    """Return the run's jobs that Norce is still working on."""
    return item.jobs.filter(state__in=ACTIVE, finished_at=None)


def is_overtaken(job: NorceJob) -> bool:
    """Return whether Norce has since accepted, or is working on, a newer job of the same type and application."""
    newer = NorceJob.objects.filter(
        method=job.method,
        run__application_key=job.run.application_key,
        pk__gt=job.pk,
        state__in=(State.DONE, *ACTIVE),
    )
    return newer.exclude(run=job.run_id).exists()


def _count(item: SyncRun) -> int:
    """Write what came of the run's rows and return how many were not taken; a job without an end took none."""
    groups = item.rows.exclude(change__in=(SyncRow.Change.UNCHANGED, SyncRow.Change.REFUSED)).order_by()
    counts = dict(groups.values_list("action").annotate(Count("pk")))
    failed = counts.get(SyncRow.Action.FAILED, 0) + counts.get(SyncRow.Action.SENT, 0)
    SyncRun.objects.filter(pk=item.pk).update(
        count_accepted=counts.get(SyncRow.Action.ACCEPTED, 0),
        count_skipped=counts.get(SyncRow.Action.SKIPPED, 0),
        count_failed=failed,
    )
    return int(failed)


def store(run: SyncRun, **columns: object) -> None:
    """Write columns of a run we hold; raise work.LeaseLost when another worker has it."""
    if not work.mine(run).update(**columns):
        raise work.LeaseLost(str(run))
    for name, value in columns.items():
        setattr(run, name, value)


def count_up(item: SyncRun, **numbers: int) -> None:
    """Add to a run's counts, given by the names of their columns without ``count_``."""
    added = {f"count_{name}": F(f"count_{name}") + number for name, number in numbers.items()}
    SyncRun.objects.filter(pk=item.pk).update(**added)


def _same(resource: str, application_key: str) -> QuerySet[SyncRun]:
    return SyncRun.objects.filter(resource=resource, application_key=application_key, dry_run=False)


def _ended(resource: str, application_key: str) -> QuerySet[SyncRun]:
    """Return the runs that came through, the latest first: also those of which Norce refused some records."""
    with_failures = Q(state__in=(State.FAILED, State.SUPERSEDED), phase=SyncRun.Phase.SENT)
    return _same(resource, application_key).filter(Q(state=State.DONE) | with_failures).order_by("-pk")


def _last_read(resource: str, application_key: str, mode: str) -> int | None:
    last = _ended(resource, application_key).filter(mode=mode).first()
    return last.count_read if last else None
