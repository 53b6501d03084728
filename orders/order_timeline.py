"""An order's time-line: what was done for it and what Norce and the ERP told about it, with the time between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hub.durations import in_words
from hub.entries import Entry
from hub.timeline import timeline
from orders.about import about
from orders.document_lines import Line
from orders.milestones import milestones
from orders.models import Order
from orders.work_names import name_of

CALMEST_GAP = 1.0


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An entry of the time-line and how long after the one before it came."""

    entry: Entry
    after: str


@dataclass(frozen=True, kw_only=True)
class Moments:
    """A stretch of the time-line, oldest first; ``older`` is before when there is more."""

    shown: tuple[Moment, ...]
    older: datetime | None


def moments(order: Order, documents: Iterable[Line], before: datetime | None = None) -> Moments:
    """Return the latest that happened to the order, or what happened before a time."""
    known = about(order)
    found = timeline(
        *known.subjects,
        items=known.items,
        names={(item.label, item.pk): name_of(item) for item in known.items},
        facts=milestones(order, documents),
        about=order,
        before=before,
    )
    return Moments(shown=tuple(_with_gaps(found.entries)), older=found.older)


def moment_of(text: str) -> datetime | None:
    """Return the moment that an address of a stretch names, None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _with_gaps(entries: Sequence[Entry]) -> Iterator[Moment]:
    if entries:
        yield Moment(entry=entries[0], after="")
    for one, entry in pairwise(entries):
        span = entry.at - one.at
        yield Moment(entry=entry, after=in_words(span) if span.total_seconds() >= CALMEST_GAP else "")
