"""Read an order's stored body as the OrderRequest it is."""

from __future__ import annotations

from typing import Any

from connectors.errors import PermanentError
from connectors.norce import wire, xml
from connectors.norce.message import WireError
from connectors.norce.types.orders import OrderRequest
from orders.identifying import storable
from orders.models import Order


def read_request(order: Order) -> OrderRequest:
    """Return the order's request; raise PermanentError that names the member that cannot be read."""
    try:
        data = _members(order)
        _refuse_other_than_text(data, "")
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


def _refuse_other_than_text(value: Any, path: str) -> None:
    """JSON can spell characters that neither PostgreSQL nor an ERP takes; found late, they fail after a write."""
    if isinstance(value, dict):
        for name, member in value.items():
            _refuse_other_than_text(member, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_other_than_text(item, f"{path}[{index}]")
    elif isinstance(value, str) and not storable(value):
        raise WireError(path, "text", "a character that is none")
