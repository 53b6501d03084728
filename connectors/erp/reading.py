"""Read an ERP's answers: what is not of its form is an error that does not quote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from connectors.errors import PermanentError

T = TypeVar("T")
Row = TypeVar("Row")


def reading(read: Callable[[Any], T], answer: Any) -> T:
    """Return what ``read`` makes of an answer; raise PermanentError for one that is not of the ERP's form."""
    try:
        return read(answer)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        # The error's own text may quote the buyer, and this one is kept and shown.
        raise PermanentError("erp_unreadable", fault=type(error).__name__) from error


def reading_each(
    read: Callable[[Row], T], rows: Iterable[Row], number: Callable[[Row], str]
) -> tuple[tuple[T, ...], tuple[tuple[str, str], ...]]:
    """Return what ``read`` makes of each row, and number and reason of those that cannot be read (`NewsPage`)."""
    read_rows, unreadable = [], []
    for row in rows:
        try:
            read_rows.append(reading(read, row))
        except PermanentError as error:
            unreadable.append((number(row), str(error)))
    return tuple(read_rows), tuple(unreadable)
