"""OData expressions, built so that no value can become a part of the expression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.errors import PermanentError

Value = str | int | bool | datetime | None

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
# A text as a whole, or the capital that begins a name outside of one.
_CAPITAL = re.compile(r"'(?:[^']|'')*'|\b[A-Z](?=\w)")


@dataclass(frozen=True)
class Expand:
    """A navigation of ``$expand``, with ``$select`` and ``$expand`` of its own where they are given."""

    name: str
    select: tuple[str, ...] = ()
    expand: tuple[Expand, ...] = ()

    def __str__(self) -> str:
        options = [f"$select={selected(self.select)}"] if self.select else []
        options += [f"$expand={expanded(self.expand)}"] if self.expand else []
        return f"{named(self.name)}({';'.join(options)})" if options else named(self.name)


def quoted(value: str) -> str:
    """Return a text as a literal: quotes doubled, nothing else to escape (inferred from OData 4)."""
    return "'" + value.replace("'", "''") + "'"


def literal(value: Value) -> str:
    """Return a value as a literal; a moment in UTC with Z (query-event.md § 2.3).

    Raises PermanentError for a moment without a zone and for any other type.
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return quoted(value)
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise PermanentError("query_type", type=type(value).__name__)


def named(name: str) -> str:
    """Return the name of a property or navigation; raise PermanentError for one that is none."""
    if not _NAME.fullmatch(name):
        raise PermanentError("query_property", name=repr(name[:40]))
    return name


def compared(name: str, operator: str, value: Value) -> str:
    """Return ``name operator value``; the operators are OData's eq, ne, gt, ge, lt and le. Raises PermanentError."""
    if operator not in _OPERATORS:
        raise PermanentError("query_operator", operator=repr(operator[:40]))
    return f"{named(name)} {operator} {literal(value)}"


def identified(name: str, number: int, operator: str = "eq") -> str:
    """Return the comparison of an id; raise PermanentError naming it when it is no whole number."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise PermanentError("query_number", name=name, type=type(number).__name__)
    return compared(name, operator, number)


def among(name: str, values: Iterable[str]) -> str:
    """Return the condition that a text is any of the values (a few dozen at most: it goes into the address)."""
    return either(*(compared(name, "eq", value) for value in values))


def either(*conditions: str) -> str:
    """Return the condition that one of them holds; empty ones are left out."""
    return " or ".join(filter(None, conditions))


def every(*conditions: str) -> str:
    """Return the condition that all of them hold; empty ones are left out."""
    return " and ".join(
        f"({condition})" if " or " in condition else condition for condition in filter(None, conditions)
    )


def changed_since(moment: datetime) -> str:
    """Return the condition for rows made or changed since: ``Updated`` is null until the first change (§ 2.3)."""
    never_changed = every(compared("Updated", "eq", None), compared("Created", "ge", moment))
    return either(compared("Updated", "ge", moment), f"({never_changed})")


def selected(names: Sequence[str]) -> str:
    """Return the value of ``$select``."""
    return ",".join(map(named, names))


def expanded(navigations: Sequence[Expand]) -> str:
    """Return the value of ``$expand``."""
    return ",".join(map(str, navigations))


def in_version(version: str, expression: str) -> str:
    """Return an expression with its names as a version of Query spells them: 3.0 begins them in lower case.

    Texts stay as they are. From 3.0's public reference; not tried against a live tenant of 3.0.
    """
    if not version.startswith("3"):
        return expression
    return _CAPITAL.sub(lambda found: found[0] if found[0].startswith("'") else found[0].lower(), expression)
