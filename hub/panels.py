"""What the front page shows: each app brings its own part, so that nothing is imported upwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

MOST = 1000
# The sidebar's count is kept for a while; whoever presses a button sees it change at once.
TROUBLE_COUNT = "hub:orders_in_trouble"


@dataclass(frozen=True, kw_only=True)
class Need:
    """So many things of one kind need a person; ``url`` is the list that shows just them."""

    title: str
    count: int
    url: str
    tone: str = "bad"

    @property
    def shown(self) -> str:
        """The count, "1000+" above the number that is counted at most."""
        return at_most(self.count)


@dataclass(frozen=True, kw_only=True)
class Table:
    """The latest of something; each row is a list of cells. A ``wide`` one has the page's whole width."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    url: str
    empty: str
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One app's part of the front page."""

    needs: tuple[Need, ...] = ()
    tables: tuple[Table, ...] = ()


Source = Callable[[HttpRequest], Panel]
_sources: list[Source] = []


def add(source: Source) -> None:
    """Let ``source`` bring its part, as far as the user may see it; called when an app's admin is loaded."""
    _sources.append(source)


def collect(request: HttpRequest) -> list[Panel]:
    """Return every app's part, in the order in which the apps are installed."""
    return [source(request) for source in _sources]


def bounded(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, 1001 for any more: a count that stays cheap."""
    return len(rows.values_list("pk", flat=True)[: MOST + 1])


def at_most(count: int) -> str:
    """Return a bounded count in words."""
    return f"{MOST}+" if count > MOST else str(count)


def needs_first(panels: Iterable[Panel]) -> list[Need]:
    """Return all needs that there are, the most pressing first."""
    return [need for panel in panels for need in panel.needs if need.count]
