"""What is asked of a set, as an address, and the rows in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from connectors.errors import PermanentError
from connectors.http import Answer
from connectors.norce.odata import compared

Row = dict[str, Any]
# So many values of one filter: they go into an address.
CHUNK = 20


@dataclass(frozen=True, kw_only=True)
class Read:
    """A set of the company to read, with its query options (``$filter`` …)."""

    name: str
    options: dict[str, str]


def numbered(name: str, values: Sequence[str]) -> str:
    """Return the condition that a text is one of the values: ``or`` is allowed on one and the same field only."""
    return " or ".join(compared(name, "eq", value) for value in values)


def chunks(values: Sequence[str]) -> list[Sequence[str]]:
    """Return the values in parts that one filter takes."""
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def target_of(read: Read) -> str:
    """Return a set with its options as a path; signs of OData stay legible."""
    query = urlencode(read.options, quote_via=quote, safe="$(),'")
    return f"{read.name}?{query}" if query else read.name


def object_of(answer: Answer) -> Row:
    """Return an answer's object; raise PermanentError for anything else."""
    data = answer.json()
    if not isinstance(data, dict):
        raise PermanentError("bc_no_object")
    return data


def rows_of(answer: Row) -> list[Row]:
    """Return the rows of a page; raise PermanentError when it has none."""
    rows = answer.get("value")
    if not isinstance(rows, list):
        raise PermanentError("bc_no_rows")
    return list(rows)
