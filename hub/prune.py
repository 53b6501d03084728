"""Delete what is older than it is kept: calls first, then rejected messages and events, then attempts."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Model
from django.utils import timezone
from django_q.models import Failure

from hub.models import ApiCall, Attempt, InboxEvent, RejectedMessage

KEPT_DAYS: tuple[tuple[type[Model], str, int], ...] = (
    (ApiCall, "created_at", 30),
    (Attempt, "finished_at", 365),
    (RejectedMessage, "received_at", 180),
    (InboxEvent, "finished_at", 180),
    (Failure, "stopped", 30),
)
BATCH = 5000


def prune() -> dict[str, int]:
    """Delete old rows in small batches, so that nobody waits for a lock. Returns how many of each."""
    return {model._meta.model_name or "": _prune(model, column, days) for model, column, days in KEPT_DAYS}


def _prune(model: type[Model], column: str, days: int) -> int:
    limit = timezone.now() - timedelta(days=days)
    deleted = 0
    while keys := list(
        model._default_manager.filter(**{f"{column}__lt": limit}).order_by().values_list("pk", flat=True)[:BATCH]
    ):
        deleted += model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted
