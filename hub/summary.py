"""Count the figures of the front page in a worker, each minute; requests only read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import format_exception
from typing import Any

import structlog
from django.db.models import Q
from django.utils import timezone

from connectors.redaction import redact_text
from hub import panels
from hub.models import Summary

log = structlog.get_logger(__name__)

# A worker counts once a minute; after this long without it the figures are no longer those of now.
STALE = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All figures by part, and when the oldest were counted: None before every part has been counted or has failed.

    ``failed`` are the parts that could not be counted the last time; what ``contents`` has of them is older.
    """

    contents: dict[str, dict[str, Any]]
    counted_at: datetime | None
    failed: tuple[tuple[panels.Part, datetime | None], ...] = ()


def refresh() -> list[str]:
    """Let every part of the front page count its figures; return the names of those that could."""
    return [part.name for part in panels.parts() if _count(part)]


def read() -> Figures:
    """Return what was counted last."""
    rows = {row.name: row for row in Summary.objects.all()}
    known = [(part, rows[part.name]) for part in panels.parts() if part.name in rows]
    counted = [row.counted_at for _part, row in known if row.counted_at and not row.failed_at]
    return Figures(
        contents={part.name: {} for part in panels.parts()} | {part.name: row.content for part, row in known},
        counted_at=min(counted) if counted and len(known) == len(panels.parts()) else None,
        failed=tuple((part, row.counted_at) for part, row in known if row.failed_at),
    )


def content(name: str) -> dict[str, Any]:
    """Return the figures of one part, nothing before they have been counted."""
    return Summary.objects.filter(name=name).values_list("content", flat=True).first() or {}


def is_old(name: str) -> bool:
    """Return whether the figures of a part are no longer those of now: nobody has counted since, or it failed."""
    old = Q(failed_at__isnull=False) | Q(counted_at__lt=timezone.now() - STALE)
    return Summary.objects.filter(old, name=name).exists()


def _count(part: panels.Part) -> bool:
    """Keep a part's figures, or that it has failed: the other parts are counted all the same."""
    try:
        kept = {"content": part.count(content(part.name)), "counted_at": timezone.now(), "failed_at": None}
    except Exception as error:
        log.error("part not counted", part=part.name, error=redact_text("".join(format_exception(error))))
        kept = {"failed_at": timezone.now()}
    Summary.objects.update_or_create(name=part.name, defaults=kept)
    return kept["failed_at"] is None
