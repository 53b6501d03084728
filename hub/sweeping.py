"""Put back what dead workers left, or fail it after too many losses."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hub import work
from hub.models import Attempt, WorkItem
from hub.models.work import ErrorKind, State

MAX_LOSSES = 5


def sweep(models: Iterable[type[WorkItem]]) -> int:
    """Put back what dead workers left, or fail it after too many losses. Returns how many rows were touched."""
    return sum(_put_back(item) for model in models for item in _expired(model))


def _expired(model: type[WorkItem]) -> QuerySet[WorkItem]:
    return model._default_manager.filter(state=State.RUNNING, lease_until__lt=timezone.now())


def _put_back(item: WorkItem) -> bool:
    hopeless = item.losses + 1 >= MAX_LOSSES
    text = "The worker died or hung while it worked on this."
    now = timezone.now()
    with transaction.atomic():
        changed = (
            work.mine(item)
            .filter(lease_until__lt=now)
            .update(
                state=State.FAILED if hopeless else State.PENDING,
                losses=item.losses + 1,
                not_before=now,
                lease_until=None,
                finished_at=now if hopeless else None,
                error_kind=ErrorKind.TIMEOUT,
                error=text,
                remedy="Tell the developers, then Retry." if hopeless else "",
            )
        )
        if changed:
            Attempt.objects.filter(**work.key_of(item), number=item.tries).update(
                outcome=Attempt.Outcome.LOST, error_kind=ErrorKind.TIMEOUT, error=text, finished_at=now
            )
    return bool(changed)
