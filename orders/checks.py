"""What must be right before an order goes to the ERP; the rest is a question for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from connectors.errors import HoldError
from connectors.norce.types.orders import OrderRequest
from orders.sums import Reading, fitting, paid, readings

EXTERNAL = 5


def check(request: OrderRequest, *, tolerance: Decimal, released: Collection[str]) -> Reading:
    """Return the reading of the rows that is to be ordered.

    Raises HoldError with a question that a person may answer with Release (its code is then among
    ``released``): the shop asked for a look (``DoHold``), the order was made in a store and is
    delivered already, payments in another currency, sums that do not meet.
    """
    if not request.items:
        raise HoldError("The order has no rows.", code="rows", remedy="Ask the shop; then cancel it here.")
    questions = {"dohold": _dohold, "external": _external, "currency": _currency}
    for code, question in questions.items():
        text = question(request)
        if text and code not in released:
            raise HoldError(text, code=code, remedy="Look into it, then Release.", releasable=True)
    return _sums(request, tolerance, "sums" in released)


def _dohold(request: OrderRequest) -> str:
    return "The shop asks for a manual check of this order (DoHold)." if request.do_hold else ""


def _external(request: OrderRequest) -> str:
    if request.order_type != EXTERNAL:
        return ""
    return f"An external order from {request.source}: it is delivered already, the ERP must not deliver it again."


def _currency(request: OrderRequest) -> str:
    currencies = {payment.currency_code for payment in request.payments if payment.currency_code}
    other = currencies - {request.currency_code}
    return f"The order is in {request.currency_code}, a payment in {', '.join(sorted(other))}." if other else ""


def _sums(request: OrderRequest, tolerance: Decimal, released: bool) -> Reading:
    reading = fitting(request, tolerance)
    if reading is not None:
        return reading
    whole = readings(request)[0]
    if released:
        # The rows as they are: what was paid is no total that the ERP's lines could come to.
        return replace(whole, paid=whole.rows)
    raise HoldError(
        f"The rows come to {whole.rows:.2f} {request.currency_code or ''}, the payments to {paid(request):.2f}:"
        f" {abs(whole.rounding):.2f} apart.",
        code="sums",
        remedy="Compare with Norce and the payment provider, then Release (rows as they are) or Cancel.",
        releasable=True,
    )
