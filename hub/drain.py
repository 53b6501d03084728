"""Do all work that is due: what a ring starts in a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from connectors.ratelimit import blocked, wait_time
from hub import beats, bulk_actions, calls, gateways, jobs, registry, rings, runs, work
from hub.models import Attempt, InboxEvent, NorceJob, OutboxMessage, SyncRun, WorkItem
from hub.models.work import State

# Well under django-q's timeout of 300 s, also when the last item takes its time.
BUDGET = 30.0
LINGER = 0.5
PAUSE = 0.05
LONGEST_NAP = 0.5

WORK_MODELS: tuple[type[WorkItem], ...] = (OutboxMessage, InboxEvent, SyncRun, NorceJob)
Source = tuple[Callable[[], "QuerySet[Any]"], Callable[[Any], Any], Callable[[], float]]


def drain(*, budget: float = BUDGET, linger: float = LINGER) -> int:
    """Claim and do due work until nothing has come for ``linger`` seconds or the budget is used up.

    Returns how many items were done. Rings once more when work is left, and once at the start when
    there is more than one thing to do, so that the other workers come too.
    """
    deadline = time.monotonic() + budget
    last_find = time.monotonic()
    done = 0
    while (now := time.monotonic()) < deadline and (now - last_find < linger or anything_due()):
        if not beats.beat():
            break
        if step():
            done += 1
            last_find = time.monotonic()
            if done == 1 and anything_due():
                rings.ring_if_quiet()
        else:
            time.sleep(min(max(PAUSE, _shortest_wait()), LONGEST_NAP))
    if anything_due():
        rings.ring_if_quiet()
    return done


def _anybody_busy_since(moment: datetime) -> bool:
    """Return whether a running item's lease was extended since then: an order may take long in a slow ERP."""
    extended = moment + timedelta(seconds=settings.HUB_LEASE_SECONDS)
    return any(
        model._default_manager.filter(state=State.RUNNING, lease_until__gte=extended).exists() for model in WORK_MODELS
    )


class _Turn:
    """Which kind of work this process looks at first the next time, and when it found nothing of a kind."""

    number = 0
    idle: dict[int, float] = {}


def step() -> bool:
    """Do one due item whose destination can be called now; return whether there was one.

    The kinds of work take turns at being first, so that a slow ERP with a long backlog does not keep
    acknowledgements from Norce. One that had nothing less than PAUSE ago is looked at last: in a burst of
    one kind, up to 40 % of a worker's time went into looking for the others.
    """
    sources = list(_sources())
    for number in _in_turn(len(sources)):
        candidates, handler, wait = sources[number]
        item = work.claim(candidates()) if wait() == 0 else None
        if item is not None:
            _Turn.idle.pop(number, None)
            with calls.attributed_to(item):
                work.perform(item, handler)
            return True
        _Turn.idle[number] = time.monotonic()
    return False


def _in_turn(kinds: int) -> list[int]:
    """Return the numbers of the kinds of work in the order in which they are looked at now."""
    _Turn.number += 1
    turn = [(_Turn.number + place) % kinds for place in range(kinds)]
    recent = time.monotonic() - PAUSE
    return sorted(turn, key=lambda number: _Turn.idle.get(number, float("-inf")) > recent)


def anything_due() -> bool:
    """Return whether any work is due, also what must wait for Norce's quota."""
    return any(candidates().exists() for candidates, _, _ in _sources())


def neglected_since(moment: datetime) -> bool:
    """Return whether work has been due since then that only a worker is missing for, and nobody did any work."""
    if Attempt.objects.filter(started_at__gte=moment).exists() or _anybody_busy_since(moment):
        return False
    return any(
        wait() == 0 and candidates().filter(not_before__lte=moment).exists() for candidates, _, wait in _sources()
    )


def _sources() -> Iterator[Source]:
    """Yield each kind of work: what may be claimed, who does it, and how long its destination must be left alone."""
    yield _messages_to_erp, registry.message_handler, _no_wait
    yield _bulk_actions, registry.message_handler, _no_wait
    yield InboxEvent.claimable, registry.event_handler, _no_wait
    yield _messages_to_norce, registry.message_handler, _norce_wait
    yield NorceJob.claimable, jobs.poll, _bulk_wait
    yield SyncRun.claimable, runs.run, _bulk_wait


def _messages_to_erp() -> QuerySet[OutboxMessage]:
    """All but those to an ERP or mail server that has just not answered: it must not hold the workers up."""
    return OutboxMessage.claimable().exclude(system__in=["norce", bulk_actions.SYSTEM, *blocked("")])


def _messages_to_norce() -> QuerySet[OutboxMessage]:
    return OutboxMessage.claimable().filter(system="norce")


def _bulk_actions() -> QuerySet[OutboxMessage]:
    """Apart, so that what they let start again does not go before the rest of them."""
    return OutboxMessage.claimable().filter(system=bulk_actions.SYSTEM)


def _no_wait() -> float:
    return 0.0


def _norce_wait() -> float:
    return wait_time(gateways.norce_quota())


def _bulk_wait() -> float:
    return wait_time(gateways.norce_quota().for_bulk())


def _shortest_wait() -> float:
    return min((wait() for candidates, _, wait in _sources() if candidates().exists()), default=PAUSE)
