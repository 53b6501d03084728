"""What the front page shows: each app brings its own parts, so that nothing is imported upwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Need:
    """So many things of one kind need a person; ``text`` says more, ``url`` is the list that shows just them."""

    title: str
    text: str = ""
    count: int
    url: str
    tone: str = "bad"

    @property
    def shown(self) -> str:
        """The count, "1000+" above the number that is counted at most."""
        return at_most(self.count)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One figure of what goes on now; ``tone`` is good, bad, busy or plain."""

    title: str
    value: str
    text: str = ""
    tone: str = "plain"
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The latest of something; each row is a list of cells. A ``wide`` one has the page's whole width.

    ``note`` says above the table what it tells, ``legend`` names the tones of the bars drawn in it.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    url: str
    empty: str
    wide: bool = False
    note: str = ""
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to set up before the first order can come, whether it is done, and what to do."""

    title: str
    done: bool
    text: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One part as a user may see it: what is to be set up, needs a person, goes on now, how it went, the latest."""

    steps: tuple[Step, ...] = ()
    needs: tuple[Need, ...] = ()
    facts: tuple[Fact, ...] = ()
    plots: tuple[Table, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the front page, by a ``name`` of its own; ``title`` is what people call it.

    ``count`` is called by a worker each minute: it takes what it returned the last time ({} at first) and
    returns the figures as JSON. ``show`` makes of them what the user may see, and counts nothing.
    """

    name: str
    title: str | Promise
    count: Callable[[dict[str, Any]], dict[str, Any]]
    show: Callable[[HttpRequest, dict[str, Any]], Panel]


_parts: list[Part] = []


def add(*parts: Part) -> None:
    """Put an app's parts before those of the apps it builds upon; called when its admin is loaded."""
    _parts[:0] = parts


def parts() -> tuple[Part, ...]:
    """Return all parts, the business first."""
    return tuple(_parts)


def bounded(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, 1001 for any more: a count that stays cheap."""
    return len(rows.values_list("pk", flat=True)[: MOST + 1])


def at_most(count: int) -> str:
    """Return a bounded count in words."""
    return f"{MOST}+" if count > MOST else str(count)
