"""What a set of Query is made of: the names of its rows, how they are found, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.filters import Filter
from connectors.sandbox.table import Record


@dataclass(frozen=True)
class Shape:
    """The properties of a kind of row; ``entity`` is its schema in Norce's contract."""

    entity: str
    names: tuple[str, ...]

    def row(self, values: Mapping[str, Any]) -> Record:
        """Return a row: every property, null where there is no value; what is no property is left out."""
        return {name: values.get(name) for name in self.names}


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """What a row leads to. ``found`` gets the row and returns another, a list of them when ``many``, or None."""

    shape: Shape
    many: bool = True
    found: Callable[[Record], Any]


@dataclass(frozen=True, kw_only=True)
class RowSet:
    """A set by its path, Namespace/Name. ``found`` returns all that may match a filter, in the order of their ids."""

    path: str
    shape: Shape
    found: Callable[[Filter | None], Iterable[Record]]
    navigations: Mapping[str, Navigation] = field(default_factory=dict)


def shape(entity: str, names: str) -> Shape:
    """Return the shape with these names, written with spaces between them."""
    return Shape(entity, tuple(names.split()))
