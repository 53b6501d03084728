"""Moments as people read them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def clock(moment: datetime | None) -> str:
    """Return a moment in local time, the same in every language: "2026-11-21 22:36"; "–" for none."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "–"
