"""Read an order's stored body as the OrderRequest it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from connectors.erp.base import ErpDocumentRow
from connectors.errors import HoldError, PermanentError
from connectors.norce import wire, xml
from connectors.norce.message import WireError
from connectors.norce.phrases import NO_CHARACTER, TEXT
from connectors.norce.types.orders import OrderRequest
from orders.identifying import storable
from orders.models import Order

# An order without content: its page opens, and says nothing about anybody.
BLANK = b"{}"


def read_request(order: Order) -> OrderRequest:
    """Return the order's request; raise PermanentError that names the member that cannot be read."""
    try:
        data = _members(order)
        _refuse_other_than_text(data, "")
        return wire.read(OrderRequest, data)
    except (WireError, ValueError) as error:
        raise PermanentError("order_unreadable", said=error) from error


def read_payments(order: Order) -> OrderRequest:
    """Return the order's request where it must tell the payments; raise HoldError when its contents were blanked."""
    if bytes(order.body) == BLANK:
        raise HoldError("blanked")
    return read_request(order)


def norce_rows(order: Order, rows: Iterable[ErpDocumentRow]) -> list[ErpDocumentRow]:
    """Return a document's rows under Norce's part numbers: those of the order's rows that they belong to.

    Fees and freight may be called otherwise in the ERP. A row whose line the ERP does not tell belongs to the first
    of its part. A row that belongs to none keeps the ERP's number.
    """
    items = read_request(order).items
    names = {item.line_no: item.part_no for item in items}
    lines = {name: item.line_no for item in reversed(items) for name in (item.part_no, item.erp_part_no) if name}
    known = (replace(row, line_no=lines.get(row.part_no)) if row.line_no is None else row for row in rows)
    return [replace(row, part_no=names.get(row.line_no) or row.part_no) for row in known]


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
        raise WireError(path, TEXT, NO_CHARACTER)
