"""Ring the workers: there is work. One ring stands for many rows; a lost one costs a few seconds, never an order."""

from __future__ import annotations

import time

import structlog
from django.conf import settings
from django.db import transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task

log = structlog.get_logger(__name__)

# A worker that was rung goes on looking for LINGER seconds after its last find (hub/drain.py), so
# rings of one process closer together than this bring nothing: they cost 40 % of the intake.
FOLD = 0.1
QUEUE_AWAY = 5.0
TASK = "hub.tasks.drain"


class _Last:
    """When this process last rang for sure, that is in a transaction that was committed."""

    at = float("-inf")


def due() -> bool:
    """Return whether `ring` would ring now, or leave it to the last ring."""
    return time.monotonic() - _Last.at >= FOLD


def ring() -> None:
    """Ring once the present transaction is committed: a queue row inside it (ORM broker) or a push after it (Redis)."""
    if not due():
        return
    if settings.REDIS_URL:
        transaction.on_commit(_push, robust=True)
    else:
        async_task(TASK)
        transaction.on_commit(_note, robust=True)


def ring_if_quiet() -> bool:
    """Ring unless a ring is waiting already; return whether the queue could be reached at all."""
    try:
        if get_broker().queue_size() == 0:
            async_task(TASK)
    except Exception as error:
        log.warning("no ring", error=type(error).__name__)
        return False
    return True


def forget() -> None:
    """Forget the last ring, so that the next one is not folded (tests, and a process that forks)."""
    _Last.at = float("-inf")


def _push() -> None:
    try:
        async_task(TASK)
    except Exception:
        # The supervisors look by themselves; an order must not wait for a queue that is away.
        _Last.at = time.monotonic() + QUEUE_AWAY
        raise
    _note()


def _note() -> None:
    _Last.at = time.monotonic()
