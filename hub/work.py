"""Claim, settle and back off any WorkItem: the only retry code in the project."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable
from datetime import timedelta
from traceback import format_exception
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.errors import HoldError, HubError, TransientError
from connectors.redaction import redact_text, redact_texts
from hub.models import Attempt, WorkItem
from hub.models.work import ErrorKind, State, one_more

Item = TypeVar("Item", bound=WorkItem)
Handler = Callable[[Item], "State | None"]

log = structlog.get_logger(__name__)

CANDIDATES = 10
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 900.0
# Errors after which an ERP may still be carrying out what it was asked, until ``not_before``.
UNDER_WAY = ("erp_under_way", "worker_lost_writing")


class LeaseLost(Exception):
    """Somebody else has the item now; whoever sees this must do nothing more with it."""


def claim(candidates: QuerySet[Item]) -> Item | None:
    """Take the first of the claimable rows that nobody else takes, and count the attempt.

    Returns the row with its Attempt written, or None. One conditional update decides who has it.
    """
    for pk in candidates.values_list("pk", flat=True)[:CANDIDATES]:
        item = _claim_one(candidates.model, pk)
        if item is not None:
            return item
    return None


def _claim_one(model: type[Item], pk: int) -> Item | None:
    now = timezone.now()
    try:
        with transaction.atomic():
            changed = model._default_manager.filter(pk=pk, state=State.PENDING, not_before__lte=now).update(
                state=State.RUNNING,
                attempts=one_more("attempts"),
                tries=one_more("tries"),
                started_at=now,
                lease_until=now + _lease(),
            )
            if not changed:
                return None
            item = model._default_manager.get(pk=pk)
            Attempt.objects.create(
                **key_of(item),
                number=item.tries,
                subject=getattr(item, "subject", ""),
                worker=worker_name(),
                asked_by=item.asked_by,
                reason=item.asked_reason,
                started_at=now,
            )
            return item
    except IntegrityError:
        # Another worker holds a message with the same serial or to Norce about the same subject: one at a time.
        return None


def perform(item: Item, handler: Handler[Item]) -> bool:
    """Run the handler on a claimed item and settle it by what came of it. Returns False when the lease was lost.

    A handler returns the state the item is left in, None for DONE; PENDING means that it goes on later.
    """
    try:
        return _settle_done(item, handler(item) or State.DONE)
    except LeaseLost:
        log.warning("lease lost", item=str(item), number=item.tries)
        return False
    except HubError as error:
        return settle(item, error)
    except (OperationalError, InterfaceError) as error:
        return settle(item, TransientError("database_away", fault=type(error).__name__))
    except Exception as error:
        log.error("handler failed", item=str(item), error=redact_text("".join(format_exception(error))))
        return settle(item, HubError("unexpected", fault=f"{type(error).__name__}: {error}"))


def settle(item: WorkItem, error: HubError) -> bool:
    """Write what an error means: later again, held, or failed with the remedy. The error's class decides."""
    if isinstance(error, TransientError):
        return _settle_later(item, error)
    if not isinstance(error, HoldError):
        return _finish(item, State.FAILED, Attempt.Outcome.FAILED, error)
    if _finish(item, State.HELD, Attempt.Outcome.HELD, error):
        return True
    _hold_all_the_same(item, error)
    return False


def _hold_all_the_same(item: WorkItem, error: HoldError) -> None:
    """Keep a question that came after the lease was lost: a person must know it even if the item is done."""
    log.error("a question after the lease was lost", item=str(item), code=error.code)
    now = timezone.now()
    with transaction.atomic():
        done = type(item)._default_manager.filter(pk=item.pk, state=State.DONE)
        if done.update(
            state=State.HELD,
            tries=one_more("tries"),
            remedy=error.remedy,
            **failure(error),
        ):
            Attempt.objects.create(
                **key_of(item),
                number=type(item)._default_manager.get(pk=item.pk).tries,
                subject=getattr(item, "subject", ""),
                outcome=Attempt.Outcome.HELD,
                worker=worker_name(),
                finished_at=now,
                **failure(error, str(error)),
            )


def _settle_done(item: WorkItem, state: State) -> bool:
    if state == State.PENDING:
        # Long work is done in parts; each one that came through gives a fresh allowance to the next.
        return _finish(item, state, Attempt.Outcome.CONTINUED, None, attempts=0, not_before=timezone.now())
    return _finish(item, state, Attempt.Outcome.DONE, None)


def _settle_later(item: WorkItem, error: TransientError) -> bool:
    seconds = pause(item.attempts, error.retry_after)
    if error.outcome_unknown:
        # What we stopped waiting for may still be under way there; looking too early would do it twice.
        seconds = max(seconds, settings.HUB_LEASE_SECONDS, error.under_way)
    not_before = timezone.now() + timedelta(seconds=seconds)
    if error.counts and item.attempts >= settings.HUB_MAX_ATTEMPTS:
        failed = State.FAILED, Attempt.Outcome.FAILED
        return _finish(item, *failed, error, kind=ErrorKind.EXHAUSTED, not_before=not_before)
    attempts = item.attempts if error.counts else item.attempts - 1
    outcome = Attempt.Outcome.RETRY if error.counts else Attempt.Outcome.POSTPONED
    return _finish(item, State.PENDING, outcome, error, not_before=not_before, attempts=attempts)


def pause(attempts: int, retry_after: float | None = None) -> float:
    """Return the seconds to wait before the next try: what the other side asked for, else doubling with jitter."""
    if retry_after is not None:
        return retry_after + random.uniform(0, min(1.0, retry_after))
    longest = min(FIRST_PAUSE * 2.0 ** (attempts - 1), LONGEST_PAUSE)
    return random.uniform(longest / 2, longest)


def _finish(
    item: WorkItem,
    state: State,
    outcome: Attempt.Outcome,
    error: HubError | None,
    *,
    kind: str = "",
    **columns: object,
) -> bool:
    now = timezone.now()
    columns |= {
        "state": state,
        "lease_until": None,
        "losses": 0,
        "finished_at": None if state == State.PENDING else now,
        "remedy": error.remedy if error else "",
        "asked_by": "",
        "asked_reason": "",
        **failure(error, kind=kind),
    }
    try:
        with transaction.atomic():
            if not mine(item).update(**columns):
                return False
            Attempt.objects.filter(**key_of(item), number=item.tries).update(
                outcome=outcome, finished_at=now, **failure(error, str(error), kind=kind)
            )
    except IntegrityError:
        if state != State.PENDING:
            raise
        # The same has been asked for anew meanwhile, and that one does what is left.
        return _finish(item, State.SUPERSEDED, outcome, error, kind=kind)
    return True


def failure(error: HubError | None, text: str = "", *, kind: str = "") -> dict[str, Any]:
    """Return the columns that tell an error, those of none for None; ``text`` instead of its message, for logs."""
    if error is None:
        return {"error_kind": "", "error": "", "error_code": "", "error_params": {}}
    return {
        "error_kind": kind or error.kind,
        "error": redact_text(text or error.message),
        "error_code": error.code,
        "error_params": redact_texts(error.params),
    }


def beat(item: WorkItem) -> None:
    """Extend the lease; raise LeaseLost when it is not ours any more. Called before every call out."""
    if not mine(item).update(lease_until=timezone.now() + _lease()):
        raise LeaseLost(str(item))


def worker_name() -> str:
    """Return the name under which this process signs its attempts: cluster and process id."""
    return f"{cluster_name()}/{os.getpid()}"


def cluster_name() -> str:
    """Return the name of the cluster this process belongs to, given by its supervisor."""
    return os.environ.get("HUB_CLUSTER") or socket.gethostname()


def mine(item: Item) -> QuerySet[Item]:
    """Return the item's row while we hold its lease, none afterwards."""
    return type(item)._default_manager.filter(pk=item.pk, state=State.RUNNING, tries=item.tries)


def key_of(item: WorkItem) -> dict[str, object]:
    """Return the columns by which Attempt rows refer to the item."""
    return {"item_kind": item.label, "item_id": item.pk}


def _lease() -> timedelta:
    return timedelta(seconds=settings.HUB_LEASE_SECONDS)
