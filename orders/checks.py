"""What must be right before an order goes to the ERP; the rest is a question for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from connectors.errors import HoldError
from connectors.norce.types.orders import OrderRequest
from orders.fetched import is_fetched
from orders.sums import Reading, fitting, paid, readings

EXTERNAL = 5


def check(request: OrderRequest, *, tolerance: Decimal, released: Collection[str]) -> Reading:
    """Return the reading of the rows that is to be ordered.

    Raises HoldError with a question that a person may answer with Release (its code is then among
    ``released``): the shop asked for a look (``DoHold``), or it was fetched from Query; the order was made in a
    store and is delivered already, payments in another currency, sums that do not meet.
    """
    if not request.items:
        raise HoldError("rows")
    for question in (_dohold, _external, _currency):
        doubt = question(request)
        if doubt and doubt.code not in released:
            raise doubt
    # Who has released a fetched order has seen that it comes without its payments.
    return _sums(request, tolerance, "sums" in released or is_fetched(request))


def _dohold(request: OrderRequest) -> HoldError | None:
    if is_fetched(request):
        return HoldError("fetched")
    return HoldError("dohold") if request.do_hold else None


def _external(request: OrderRequest) -> HoldError | None:
    return HoldError("external", source=request.source) if request.order_type == EXTERNAL else None


def _currency(request: OrderRequest) -> HoldError | None:
    currencies = {payment.currency_code for payment in request.payments if payment.currency_code}
    other = currencies - {request.currency_code}
    if not other:
        return None
    return HoldError("currency", currency=request.currency_code, others=", ".join(sorted(other)))


def _sums(request: OrderRequest, tolerance: Decimal, released: bool) -> Reading:
    reading = fitting(request, tolerance)
    if reading is not None:
        return reading
    whole = readings(request)[0]
    if released:
        # The rows as they are: what was paid is no total that the ERP's lines could come to.
        return replace(whole, paid=whole.rows)
    raise HoldError(
        "sums",
        rows=f"{whole.rows:.2f}",
        currency=request.currency_code or "",
        paid=f"{paid(request):.2f}",
        apart=f"{abs(whole.rounding):.2f}",
    )
