"""Count the figures of the front page in a worker, each minute; requests only read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from hub import panels
from hub.models import Summary

# A worker counts once a minute; after this long without it the figures are no longer those of now.
STALE = timedelta(minutes=3)


def refresh() -> list[str]:
    """Let every part of the front page count its figures; return their names."""
    return [_count(part) for part in panels.parts()]


def read() -> tuple[dict[str, dict[str, Any]], datetime | None]:
    """Return the figures by part, and when the oldest of them was counted; None before all have been counted once."""
    rows = {row.name: row for row in Summary.objects.all()}
    names = [part.name for part in panels.parts()]
    known = [rows[name].counted_at for name in names if name in rows]
    contents = {name: rows[name].content if name in rows else {} for name in names}
    return contents, min(known) if known and len(known) == len(names) else None


def content(name: str) -> dict[str, Any]:
    """Return the figures of one part, nothing before they have been counted."""
    return Summary.objects.filter(name=name).values_list("content", flat=True).first() or {}


def _count(part: panels.Part) -> str:
    figures = part.count(content(part.name))
    Summary.objects.update_or_create(name=part.name, defaults={"content": figures, "counted_at": timezone.now()})
    return part.name
