"""An order as it was mapped for its ERP the last time: kept as data, and read back equal or refused."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

from django.utils import timezone

from connectors.erp.base import ErpOrder
from connectors.errors import PermanentError
from hub.models import Attempt, OutboxMessage
from orders.content import plain
from orders.models import MappedOrder, Order

# Member of a message's payload: the reason with which a person asked for the order as it was.
ASKED = "as_it_was"
ODD = (ArithmeticError, AttributeError, TypeError, ValueError)


def as_record(draft: ErpOrder) -> dict[str, Any]:
    """Return a mapped order in JSON values, decimals as text."""
    record: dict[str, Any] = plain(asdict(draft))
    return record


def from_record(record: Any) -> ErpOrder:
    """Return the mapped order of a record; raise PermanentError for one that this version of the hub cannot read.

    A member that came later than the record has the value it stood for; one that is no more is refused.
    """
    try:
        draft: ErpOrder = _read(ErpOrder, record)
    except ODD as error:
        raise PermanentError("mapped_otherwise") from error
    return draft


def keep(order: Order, draft: ErpOrder, connection: str) -> None:
    """Keep a mapped order and the ERP connection it goes to, in place of what was mapped before."""
    row = MappedOrder(order=order, erp_connection=connection, content=as_record(draft), mapped_at=timezone.now())
    columns = ["erp_connection", "content", "mapped_at"]
    MappedOrder.objects.bulk_create([row], update_conflicts=True, unique_fields=["order"], update_fields=columns)


def last(order: Order, connection: str) -> ErpOrder:
    """Return the order as it was mapped the last time for an ERP connection.

    Raises PermanentError when nothing is kept, when it was for another ERP, or cannot be read.
    """
    row = MappedOrder.objects.filter(order=order).first()
    if row is None:
        raise PermanentError("mapped_never")
    if row.erp_connection != connection:
        raise PermanentError("mapped_elsewhere", before=row.erp_connection, today=connection)
    return from_record(row.content)


def is_asked_for(message: OutboxMessage) -> bool:
    """Return whether the person who let a message start last wants the order sent as it was, see `orders.replaying`.

    Tries of the hub's own in between do not matter; a Retry by anybody takes the wish back.
    """
    if ASKED not in message.payload:
        return False
    tries = Attempt.objects.filter(item_kind=message.label, item_id=message.pk).exclude(asked_by="")
    asked: bool = tries.order_by("-number").values_list("reason", flat=True).first() == message.payload[ASKED]
    return asked


def _read(kind: Any, value: Any) -> Any:
    """Return a JSON value as the type that a dataclass declares; raise one of ODD for any other."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints.get(name), inner) for name, inner in value.items()})
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], inner) for inner in value)
    if kind is Decimal and isinstance(value, str):
        return Decimal(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind}.")
    return value
