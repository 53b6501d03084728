"""Whether Norce can be told of what the ERP has delivered and invoiced of an order; if not, a person must look."""

from __future__ import annotations

from connectors.errors import HoldError
from orders.models import Order

CANCELLED = "delivered"


def refuse_untellable(order: Order, what: str) -> None:
    """Raise HoldError for a document (``what`` in words) of an order that is cancelled, or that Norce has no number of.

    Norce finds a delivery by the ERP's number alone, which the acknowledgement reports (orders.md § 7).
    """
    if order.status == Order.Status.CANCELLED and CANCELLED not in order.released:
        raise HoldError(CANCELLED, document=what)
    if order.acknowledged_at is None:
        raise HoldError("number", document=what)
