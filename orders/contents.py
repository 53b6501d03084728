"""Read an order's stored body as the OrderRequest it is."""

from __future__ import annotations

from typing import Any

from connectors.errors import PermanentError
from connectors.norce import wire, xml
from connectors.norce.message import WireError
from connectors.norce.types.orders import OrderRequest
from orders.models import Order


def read_request(order: Order) -> OrderRequest:
    """Return the order's request; raise PermanentError that names the member that cannot be read."""
    body = bytes(order.body)
    try:
        data = (
            wire.decode(body.decode("utf-8-sig")) if order.format == Order.Format.JSON else xml.read_order_request(body)
        )
        return wire.read(OrderRequest, data)
    except (WireError, ValueError) as error:
        raise PermanentError(
            f"The order cannot be read: {error}", remedy="Have the shop correct and send it again, or cancel it here."
        ) from error


def _members(order: Order) -> Any:
    body = bytes(order.body)
    if order.format == Order.Format.XML:
        return xml.read_order_request(body)
    return wire.decode(body.decode("utf-8-sig"))
