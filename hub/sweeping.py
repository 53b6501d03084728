"""Put back what dead workers left, or fail it after too many losses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.errors import HubError
from connectors.moments import clock
from hub import gateways, work
from hub.models import Attempt, WorkItem
from hub.models.work import ErrorKind, State

MAX_LOSSES = 5


def sweep(models: Iterable[type[WorkItem]]) -> int:
    """Put back what dead workers left, or fail it after too many losses. Returns how many rows were touched."""
    return sum(_put_back(item) for model in models for item in _expired(model))


def _expired(model: type[WorkItem]) -> QuerySet[WorkItem]:
    return model._default_manager.filter(state=State.RUNNING, lease_until__lt=timezone.now())


def _put_back(item: WorkItem) -> bool:
    """Let an item whose lease has run out start again, unless the same waits anew already. Returns whether it did."""
    hopeless = item.losses + 1 >= MAX_LOSSES
    try:
        return _take_back(item, State.FAILED if hopeless else State.PENDING)
    except IntegrityError:
        return _take_back(item, State.SUPERSEDED)


def _take_back(item: WorkItem, state: State) -> bool:
    now = timezone.now()
    not_before = _ended_by(item, now)
    is_late = not_before > now
    lost = HubError("worker_lost_writing", until=clock(not_before)) if is_late else HubError("worker_lost")
    told = work.failure(lost, kind=ErrorKind.TIMEOUT)
    with transaction.atomic():
        changed = (
            work.mine(item)
            .filter(lease_until__lt=now)
            .update(
                state=state,
                losses=item.losses + 1,
                not_before=not_before,
                lease_until=None,
                finished_at=None if state == State.PENDING else now,
                remedy=lost.remedy if state == State.FAILED else "",
                **told,
            )
        )
        if changed:
            Attempt.objects.filter(**work.key_of(item), number=item.tries).update(
                outcome=Attempt.Outcome.LOST, finished_at=now, **told
            )
    return bool(changed)


def _ended_by(item: WorkItem, now: datetime) -> datetime:
    """Return when the last call of a dead worker has ended in any case: looking earlier might do it twice."""
    last_sign = (item.lease_until or now) - timedelta(seconds=settings.HUB_LEASE_SECONDS)
    return max(now, last_sign + timedelta(seconds=gateways.write_seconds(getattr(item, "system", ""))))
