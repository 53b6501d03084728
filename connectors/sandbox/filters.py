"""The part of OData's $filter that the sandbox understands: comparisons, and, or, parentheses."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.state import written
from connectors.sandbox.table import Record

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<bracket>[()])|(?P<word>[^\s()']+))")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.+")
ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
WORDS = {"true": True, "false": False, "null": None}

Value = str | Decimal | bool | None
# Returns the keys of the records that may have the value in the field, None when only a walk can tell.
LookUp = Callable[[str, Value], set[int] | None]


class FilterError(ValueError):
    """A filter that cannot be understood; the text says why."""


@dataclass(frozen=True)
class Equals:
    """``Field eq value``, or ``ne`` when not ``wanted``. Texts are compared as Norce's database does, ignoring case."""

    field: str
    value: Value
    wanted: bool = True

    def matches(self, row: Record) -> bool:
        """Tell whether the row has the value; refuse a field that it does not know."""
        return (_folded(_found(row, self.field)) == _folded(self.value)) is self.wanted

    def candidates(self, look_up: LookUp) -> set[int] | None:
        """Return the keys that an index knows for the value, None for an index that does not exist."""
        return look_up(self.field, self.value) if self.wanted else None

    def floor(self) -> int | None:
        """Return None: equality says nothing about the range of ids."""
        return None


@dataclass(frozen=True)
class Ordered:
    """``Field gt value`` and its kin. A field without a value is never before or after anything."""

    field: str
    name: str
    value: str | Decimal

    def matches(self, row: Record) -> bool:
        """Tell whether the row's value is in order; refuse a field it does not know or of another type."""
        found = _found(row, self.field)
        if found is None:
            return False
        if isinstance(found, str) is not isinstance(self.value, str) or isinstance(found, bool):
            raise FilterError(f"{self.field} cannot be compared with {self.value}.")
        return ORDERINGS[self.name](_folded(found), _folded(self.value))

    def candidates(self, look_up: LookUp) -> set[int] | None:
        """Return None: no index knows an order."""
        return None

    def floor(self) -> int | None:
        """Return the id that every match is greater than, None when there is none."""
        if self.field != "Id" or isinstance(self.value, str):
            return None
        return {"gt": int(self.value), "ge": int(self.value) - 1}.get(self.name)


@dataclass(frozen=True)
class Both:
    """``left and right``."""

    left: Filter
    right: Filter

    def matches(self, row: Record) -> bool:
        """Tell whether both sides match."""
        return self.left.matches(row) and self.right.matches(row)

    def candidates(self, look_up: LookUp) -> set[int] | None:
        """Return the keys of the narrower side."""
        sides = [keys for side in (self.left, self.right) if (keys := side.candidates(look_up)) is not None]
        return min(sides, key=len) if sides else None

    def floor(self) -> int | None:
        """Return the greater floor of the two."""
        return max((floor for side in (self.left, self.right) if (floor := side.floor()) is not None), default=None)


@dataclass(frozen=True)
class Either:
    """``left or right``."""

    left: Filter
    right: Filter

    def matches(self, row: Record) -> bool:
        """Tell whether one side matches."""
        return self.left.matches(row) or self.right.matches(row)

    def candidates(self, look_up: LookUp) -> set[int] | None:
        """Return the keys of both sides, None when one of them needs a walk."""
        left, right = self.left.candidates(look_up), self.right.candidates(look_up)
        return None if left is None or right is None else left | right

    def floor(self) -> int | None:
        """Return the lower floor of the two, None when one side has none."""
        left, right = self.left.floor(), self.right.floor()
        return None if left is None or right is None else min(left, right)


Filter = Equals | Ordered | Both | Either


def parse_filter(text: str) -> Filter:
    """Return the filter of a ``$filter`` text; raise FilterError when it is beyond the subset."""
    tokens = _tokens(text)
    tree = _either(tokens)
    if tokens:
        raise FilterError(f"Unexpected {tokens[0]!r} in $filter.")
    return tree


def _tokens(text: str) -> list[str]:
    tokens = []
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if not match:
            raise FilterError(f"$filter cannot be read from {text[place:]!r} on.")
        tokens.append(match[0].strip())
        place = match.end()
    return tokens


def _either(tokens: list[str]) -> Filter:
    tree = _both(tokens)
    while tokens and tokens[0] == "or":
        tokens.pop(0)
        tree = Either(tree, _both(tokens))
    return tree


def _both(tokens: list[str]) -> Filter:
    tree = _term(tokens)
    while tokens and tokens[0] == "and":
        tokens.pop(0)
        tree = Both(tree, _term(tokens))
    return tree


def _term(tokens: list[str]) -> Filter:
    first = _next(tokens)
    if first == "(":
        tree = _either(tokens)
        if _next(tokens) != ")":
            raise FilterError("A parenthesis is not closed in $filter.")
        return tree
    name, value = _next(tokens), _value(_next(tokens))
    if name in ("eq", "ne"):
        return Equals(first, value, wanted=name == "eq")
    if name not in ORDERINGS or value is None or isinstance(value, bool):
        known = ", ".join(("eq", "ne", *ORDERINGS))
        raise FilterError(f"The sandbox's $filter knows {known} joined by and, or; not '{first} {name} {value}'.")
    return Ordered(first, name, value)


def _value(token: str) -> Value:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in WORDS:
        return WORDS[token]
    if MOMENT.fullmatch(token):
        return _moment(token)
    # A guid is written without quotes, so what is no number is a text.
    return Decimal(token) if NUMBER.fullmatch(token) else token


def _moment(token: str) -> str:
    """A moment as the rows write theirs, so that they compare as texts."""
    try:
        moment = datetime.fromisoformat(token)
    except ValueError as error:
        raise FilterError(f"{token} is no moment: {error}.") from error
    if moment.tzinfo is None:
        raise FilterError(f"{token} lacks its offset; write {token}Z for UTC.")
    return f"{written(moment)}Z"


def _found(row: Record, field: str) -> Any:
    if field not in row:
        raise FilterError(f"There is no property {field}; known are {', '.join(row)}.")
    return row[field]


def _folded(value: Any) -> Any:
    """A value as it is compared; True is not the number 1."""
    return value.casefold() if isinstance(value, str) else (bool, value) if isinstance(value, bool) else value


def _next(tokens: list[str]) -> str:
    if not tokens:
        raise FilterError("$filter ends too early.")
    return tokens.pop(0)


def fields_of(tree: Filter) -> set[str]:
    """Return the names of the fields that a filter compares."""
    return fields_of(tree.left) | fields_of(tree.right) if isinstance(tree, Both | Either) else {tree.field}
