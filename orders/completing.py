"""Which delivery leaves nothing to deliver: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from connectors.erp.base import ErpDelivery, ErpOrderNews, ErpStatus

ZERO = Decimal(0)


def is_completed_by(news: ErpOrderNews, last: ErpDelivery) -> bool:
    """Return whether with the deliveries up to ``last`` nothing is left to deliver; fees never are.

    Counted by part, because not every ERP tells the lines of a delivery. Where it has no rows any more (Business
    Central deletes an order that is invoiced in full) its status tells, of the latest delivery.
    """
    if not news.rows:
        return news.status in (ErpStatus.DELIVERED, ErpStatus.INVOICED) and last == news.deliveries[-1]
    left = _ordered(news)
    parts = {row.line_no: row.part_no for row in news.rows}
    for row in (row for delivery in _until(news.deliveries, last) for row in delivery.rows):
        part_no = row.part_no if row.line_no is None else parts.get(row.line_no, row.part_no)
        left[part_no] = left.get(part_no, ZERO) - row.quantity
    return all(quantity <= ZERO for quantity in left.values())


def _ordered(news: ErpOrderNews) -> dict[str, Decimal]:
    left: dict[str, Decimal] = {}
    for row in news.rows:
        if not row.is_fee:
            left[row.part_no] = left.get(row.part_no, ZERO) + row.ordered - row.cancelled
    return left


def _until(deliveries: Iterable[ErpDelivery], last: ErpDelivery) -> Iterator[ErpDelivery]:
    for delivery in deliveries:
        yield delivery
        if delivery.number == last.number:
            return
