"""What a person, or Norce, may have done with a piece of work that has stopped or waits: start again, give it up."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import rings
from hub.item_words import names_of
from hub.models import Attempt, SyncRun, WorkItem
from hub.models.work import TROUBLED, State, allowance_restored, one_more
from hub.work import UNDER_WAY, key_of

RETRYABLE = (*TROUBLED, State.CANCELLED)
CANCELLABLE = (State.PENDING, State.SUBMITTED, *TROUBLED)


class NotAllowed(Exception):
    """A person asked for something the item's state forbids; the text says why."""


def retry(item: WorkItem, *, by: str, reason: str) -> None:
    """Let a stopped item start again with a fresh allowance; who and why is kept on the next attempt.

    What an ERP may still be carrying out waits for that first. Raises NotAllowed when the item is not
    stopped (a try may be under way) or the reason is empty.
    """
    if not reason.strip():
        raise NotAllowed(_("Say why: the reason is kept with the attempt."))
    try:
        with transaction.atomic():
            stopped = type(item)._default_manager.filter(pk=item.pk, state__in=RETRYABLE)
            asked = {"asked_by": by, "asked_reason": reason.strip(), "not_before": _not_before(item)}
            if not stopped.update(**allowance_restored() | asked):
                raise NotAllowed(_("%(item)s is %(state)s: there is nothing to retry.") % _named(item))
            rings.ring()
    except IntegrityError as error:
        [name] = names_of([item])
        raise NotAllowed(_("%(item)s cannot start now: another one of its kind is active.") % {"item": name}) from error


def cancel(item: WorkItem, *, by: str, reason: str) -> None:
    """Give an unfinished item up for good, unless it is being worked on; later ones of its subject go on.

    A run whose Norce job can no longer be followed is freed this way, and so is one that works: its
    worker stops at its next call or page, because the lease is lost. What it sent stays sent, and a plan that was
    approved has to be approved again.
    """
    if not reason.strip():
        raise NotAllowed(_("Say why: the reason is kept with the attempt."))
    now = timezone.now()
    with transaction.atomic():
        changed = (
            type(item)
            ._default_manager.filter(pk=item.pk, state__in=cancellable(item))
            .update(**_given_up(item), finished_at=now, tries=one_more("tries"))
        )
        if not changed:
            raise NotAllowed(_("%(item)s is %(state)s: it cannot be cancelled now.") % _named(item))
        running = Attempt.objects.filter(**key_of(item), outcome=Attempt.Outcome.RUNNING)
        running.update(outcome=Attempt.Outcome.CANCELLED, finished_at=now)
        Attempt.objects.create(
            **key_of(item),
            number=type(item)._default_manager.get(pk=item.pk).tries,
            subject=getattr(item, "subject", ""),
            outcome=Attempt.Outcome.CANCELLED,
            asked_by=by,
            reason=reason.strip(),
            finished_at=now,
        )
        rings.ring()


def cancellable(item: WorkItem) -> tuple[State, ...]:
    """Return the states in which an item may be given up: a run also while it works, since it works for long."""
    return (*CANCELLABLE, State.RUNNING) if isinstance(item, SyncRun) else CANCELLABLE


def _not_before(item: WorkItem) -> datetime:
    now = timezone.now()
    rows = type(item)._default_manager.filter(pk=item.pk, error_code__in=UNDER_WAY, not_before__gt=now)
    return rows.values_list("not_before", flat=True).first() or now


def _given_up(item: WorkItem) -> dict[str, object]:
    plan = {"approved_plan": ""} if isinstance(item, SyncRun) else {}
    return {"state": State.CANCELLED, "lease_until": None, **plan}


def _named(item: WorkItem) -> dict[str, object]:
    state = State(type(item)._default_manager.values_list("state", flat=True).get(pk=item.pk))
    return {"item": names_of([item])[0], "state": state.label.lower()}
