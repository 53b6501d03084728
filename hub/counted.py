"""Counts by hour or minute that are brought up to date: what is over is not counted again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Trunc

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
KINDS = {HOUR: "hour", MINUTE: "minute"}
# How many rows there are by the moment at which their hour or minute begins (UTC, ISO 8601).
Counts = dict[str, int]


def up_to_date(before: Counts, rows: QuerySet[Any], column: str, *, first: datetime, step: timedelta) -> Counts:
    """Return how many rows there are in each hour or minute since ``first``.

    Of ``before`` all but the last two are kept: what is written late is late by less than that. An index on
    ``column`` makes it cheap however many rows there are.
    """
    last = datetime.fromisoformat(max(before)) if before else first
    since = max(first, last - step)
    kept = {at: number for at, number in before.items() if first <= datetime.fromisoformat(at) < since}
    return kept | by(rows.filter(**{f"{column}__gte": since}), column, step=step)


def by(rows: QuerySet[Any], column: str, *, step: timedelta) -> Counts:
    """Return how many rows there are in each hour or minute that has any."""
    begins = Trunc(column, KINDS[step], tzinfo=UTC)
    found = rows.order_by().annotate(begins=begins).values_list("begins").annotate(number=Count("pk"))
    return {at.isoformat(): number for at, number in found}


def at(counts: Counts, moment: datetime) -> int:
    """Return the count of the hour or minute that begins at a moment."""
    return counts.get(moment.astimezone(UTC).isoformat(), 0)
