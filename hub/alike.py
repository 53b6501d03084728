"""Which stopped work waits for the same thing to be mended."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from hub.models import WorkItem
from hub.models.work import TROUBLED

# So many are counted for a button.
COUNTED = 1000


def alike(item: WorkItem) -> QuerySet[Any]:
    """Return the stopped items of the same table with the item's error, by its code and what tells its cause.

    None for an error without a code, and for a question: each asks for an answer of its own.
    """
    rows = type(item)._default_manager.filter(state__in=TROUBLED)
    if item.entry is None or item.entry.releasable:
        return rows.none()
    same = {f"error_params__{name}": item.error_params[name] for name in item.entry.same}
    return rows.filter(error_code=item.error_code, **same)


def count_alike(item: WorkItem) -> int:
    """Return how many they are, 1001 for any more."""
    return alike(item)[: COUNTED + 1].count()
