"""The part of OData's $filter that the sandbox understands: eq, and, or, parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.state import Record

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<bracket>[()])|(?P<word>[^\s()']+))")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
WORDS = {"true": True, "false": False, "null": None}

Value = str | Decimal | bool | None
# Returns the keys of the records that may have the value in the field, None when only a walk can tell.
LookUp = Callable[[str, Value], set[int] | None]


class FilterError(ValueError):
    """A filter that cannot be understood; the text says why."""


@dataclass(frozen=True)
class Equals:
    """``Field eq value``. Texts are compared as Norce's database does, ignoring case."""

    field: str
    value: Value

    def matches(self, row: Record) -> bool:
        """Tell whether the row has the value; refuse a field that it does not know."""
        if self.field not in row:
            raise FilterError(f"There is no property {self.field}; known are {', '.join(row)}.")
        found = row[self.field]
        if isinstance(found, str) and isinstance(self.value, str):
            return found.casefold() == self.value.casefold()
        return bool(found == self.value) and isinstance(found, bool) == isinstance(self.value, bool)

    def candidates(self, look_up: LookUp) -> set[int] | None:
        """Return the keys that an index knows for the value, None for an index that does not exist."""
        return look_up(self.field, self.value)


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


Filter = Equals | Both | Either


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
    operator = _next(tokens)
    if operator != "eq":
        raise FilterError(f"The sandbox's $filter knows eq, and, or; not {operator!r}.")
    return Equals(first, _value(_next(tokens)))


def _value(token: str) -> Value:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in WORDS:
        return WORDS[token]
    # A guid is written without quotes, so what is no number is a text.
    return Decimal(token) if NUMBER.fullmatch(token) else token


def _next(tokens: list[str]) -> str:
    if not tokens:
        raise FilterError("$filter ends too early.")
    return tokens.pop(0)
