"""Do the rows of an order add up to what the buyer pays: pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.norce.types.orders import OrderItem, OrderRequest

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Which rows of an order count, and by how much they miss the payments (``rounding``, payments minus rows)."""

    items: tuple[OrderItem, ...]
    rows: Decimal
    paid: Decimal

    @property
    def rounding(self) -> Decimal:
        """What must be added to the rows to get what is paid."""
        return self.paid - self.rows


def quantity(item: OrderItem) -> Decimal:
    """Return the quantity with decimals where there is one (Quantity2), else the whole one."""
    if item.quantity2 is not None:
        return item.quantity2
    return Decimal(item.quantity or 0)


def row_amount(item: OrderItem) -> Decimal:
    """Return a row's amount including VAT: (UnitPrice + UnitVat) × quantity (orders.md § 4.2)."""
    return ((item.unit_price or ZERO) + (item.unit_vat or ZERO)) * quantity(item)


def readings(request: OrderRequest) -> list[Reading]:
    """Return the ways an order may be meant: all rows; bundles priced on the parent; bundles priced on the children.

    Norce does not say whether a bundle's price stands on its parent or its children (orders.md § 8).
    """
    parents = {item.parent_line_no for item in request.items if item.parent_line_no is not None}
    without_children = tuple(item for item in request.items if item.parent_line_no is None)
    without_parents = tuple(item for item in request.items if item.line_no not in parents)
    ways = [request.items, without_children, without_parents] if parents else [request.items]
    return [Reading(items=way, rows=_total(request, way), paid=paid(request)) for way in ways]


def paid(request: OrderRequest) -> Decimal:
    """Return the sum of the payments, including VAT and after Norce's rounding rules."""
    return sum((payment.amount or ZERO for payment in request.payments), ZERO)


def due(request: OrderRequest) -> Decimal:
    """Return what the buyer pays: the payments, or all rows where no payment is told (an order fetched from Query)."""
    return paid(request) if request.payments else _total(request, request.items)


def fitting(request: OrderRequest, tolerance: Decimal) -> Reading | None:
    """Return the first reading whose rows equal the payments within the tolerance, or None."""
    return next((way for way in readings(request) if abs(way.rounding) <= tolerance), None)


def _total(request: OrderRequest, items: Iterable[OrderItem]) -> Decimal:
    fees = sum((fee.amount or ZERO for fee in request.fees), ZERO)
    discounts = sum((abs(discount.amount or ZERO) for discount in request.discounts), ZERO)
    return sum((row_amount(item) for item in items), ZERO) + fees - discounts
