"""$filter as Business Central takes it: a few comparisons and functions, and ``or`` on one field only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
Test = Callable[[Row], bool]
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<day>\d{4}-\d\d-\d\d)"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[(),]))"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}


class BadFilter(ValueError):
    """A filter that Business Central refuses."""


class Filter:
    """One parsed filter; calling it with a row says whether the row is meant."""

    def __init__(self, text: str, known: dict[str, Any]) -> None:
        self.known = known
        self.tokens = list(_tokens(text))
        self.test, _ = self._either()
        if self.tokens:
            raise BadFilter(f"Unexpected {self.tokens[0][1]}")

    def __call__(self, row: Row) -> bool:
        return self.test(row)

    def _either(self) -> tuple[Test, set[str]]:
        parts = [self._every()]
        while self._word("or"):
            parts.append(self._every())
        fields = set().union(*(names for _, names in parts))
        if len(parts) > 1 and len(fields) > 1:
            raise BadFilter("The 'OR' operator is not supported on distinct fields on an OData filter.")
        return (lambda row: any(test(row) for test, _ in parts)), fields

    def _every(self) -> tuple[Test, set[str]]:
        parts = [self._one()]
        while self._word("and"):
            parts.append(self._one())
        return (lambda row: all(test(row) for test, _ in parts)), set().union(*(names for _, names in parts))

    def _one(self) -> tuple[Test, set[str]]:
        if self._mark("("):
            inside = self._either()
            self._need(")")
            return inside
        name = self._next("name")
        if name == "startswith":
            return self._startswith()
        lower = name == "tolower"
        if lower:
            self._need("(")
            name = self._next("name")
            self._need(")")
        operator, kind, value = self._next("name"), *self.tokens.pop(0)
        return self._comparison(name, operator, _read(kind, value), lower), {name}

    def _startswith(self) -> tuple[Test, set[str]]:
        self._need("(")
        name = self._field(self._next("name"))
        self._need(",")
        start = _read("text", self._next("text"))
        self._need(")")
        return (lambda row: str(row.get(name) or "").startswith(start)), {name}

    def _comparison(self, name: str, operator: str, value: Any, lower: bool) -> Test:
        self._field(name)
        compare = COMPARE.get(operator)
        if compare is None:
            raise BadFilter(f"{operator} is no operator")
        return lambda row: compare(_value(row.get(name), lower), value)

    def _field(self, name: str) -> str:
        if name not in self.known:
            raise BadFilter(f"Could not find a property named '{name}'")
        return name

    def _word(self, word: str) -> bool:
        return self._take("name", word)

    def _mark(self, mark: str) -> bool:
        return self._take("mark", mark)

    def _take(self, kind: str, value: str) -> bool:
        if self.tokens[:1] != [(kind, value)]:
            return False
        self.tokens.pop(0)
        return True

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            raise BadFilter(f"{mark} expected")

    def _next(self, kind: str) -> str:
        if not self.tokens or self.tokens[0][0] != kind:
            raise BadFilter(f"{kind} expected")
        return self.tokens.pop(0)[1]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text.rstrip()):
        found = TOKEN.match(text, place)
        if not found or found.lastgroup is None:
            raise BadFilter(f"Syntax error at {text[place:]!r}")
        yield found.lastgroup, found[found.lastgroup]
        place = found.end()


def _read(kind: str, value: str) -> Any:
    if kind == "text":
        return value[1:-1].replace("''", "'")
    if kind == "moment":
        return value.replace("Z", "+00:00")
    return float(value) if kind == "number" else value


def _value(value: Any, lower: bool) -> Any:
    text = "" if value is None else value
    if isinstance(text, str) and text.endswith("Z") and "T" in text:
        return text.replace("Z", "+00:00")
    return text.lower() if lower else text
