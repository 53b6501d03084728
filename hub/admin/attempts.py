"""The tries of a work item, newest first, with the parts of long work in one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from connectors.catalogue.sentences import told
from hub import work
from hub.models import Attempt, WorkItem

SHOWN = 50
PARTS = 5000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One try or deed, or several parts that only went on."""

    number: str
    outcome: str
    at: datetime | None = None
    by: str = ""
    text: str = ""


def lines(item: WorkItem) -> list[Line]:
    """Return the latest 50 tries and deeds with their outcomes; parts that came through share a line."""
    rows = Attempt.objects.filter(**work.key_of(item)).order_by("-number")
    parts = rows.filter(outcome=Attempt.Outcome.CONTINUED).values_list("number", flat=True)[:PARTS]
    told = rows.exclude(outcome=Attempt.Outcome.CONTINUED)[:SHOWN]
    return list(_with_parts(list(told), list(parts)))


def _with_parts(rows: list[Attempt], parts: list[int]) -> Iterator[Line]:
    for row in rows:
        newer = [number for number in parts if number > row.number]
        parts = parts[len(newer) :]
        yield from _parts(newer)
        yield _line(row)
    yield from _parts(parts)


def _parts(numbers: list[int]) -> Iterator[Line]:
    if numbers:
        span = f"{numbers[-1]}–{numbers[0]}" if len(numbers) > 1 else f"{numbers[0]}"
        text = ngettext("%(n)d part is done, it went on", "%(n)d parts are done, it went on", len(numbers))
        yield Line(number=span, outcome=text % {"n": len(numbers)})


def _line(row: Attempt) -> Line:
    return Line(
        number=str(row.number),
        outcome=row.get_outcome_display(),
        at=row.started_at,
        by=row.asked_by or row.worker,
        text="\n".join(filter(None, (told(row.reason), row.cause))),
    )
