"""Tryton's invoices as sums that can be captured, its credit notes as sums that can be paid back: pure functions.

Tryton invoices what it does not ship (freight, discounts, rounding) when a sale is confirmed, and the goods as they are
shipped. Where discounts are larger than the freight, that first invoice is below zero.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.erp.tryton_rpc import Row


def netted(documents: Iterable[Row], sign: int = 1) -> list[Row]:
    """Return documents none of which is below zero, or above it with ``sign`` -1, in the order in which they were made.

    One that is waits for those that follow, and is told as a part of the first that makes up for it; so does one that
    has nothing but a rounding, which is no row.
    """
    told: list[Row] = []
    waiting: Row | None = None
    for one in documents:
        whole = _joined(waiting, one) if waiting else one
        waiting = whole if sign * whole["total_amount"] < 0 or not whole["lines."] else None
        told += [] if waiting else [whole]
    return told


def _joined(first: Row, second: Row) -> Row:
    return {
        **second,
        "total_amount": first["total_amount"] + second["total_amount"],
        "lines.": [*first["lines."], *second["lines."]],
    }
