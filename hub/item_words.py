"""What work items are called where many stand in a row: what each does, and about what, by the numbers people know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub import registry
from hub.models import InboxEvent, OutboxMessage, SyncRun
from hub.work_titles import run_title, work_title


def names_of(items: Iterable[Any]) -> list[str]:
    """Return the names of some work items of one table, without personal data."""
    rows = list(items)
    described = registry.describe({row.subject for row in rows if isinstance(row, OutboxMessage | InboxEvent)})
    return [_name(row, described) for row in rows]


def _name(row: Any, described: dict[str, str]) -> str:
    if isinstance(row, SyncRun):
        return run_title(row)
    if not isinstance(row, OutboxMessage | InboxEvent):
        return str(row)
    kind = row.kind if isinstance(row, OutboxMessage) else row.event_type
    return f"{work_title(kind)}: {described.get(row.subject, row.subject)}"
