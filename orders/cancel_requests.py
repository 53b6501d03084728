"""Whether Norce asks for an order to be cancelled, and what follows for the order."""

from __future__ import annotations

from connectors.norce import wire
from connectors.norce.types.events import OrderCancelledEvent
from connectors.norce.types.order_updates import OrderStatus
from hub import gateways, outbox
from hub.models import InboxEvent, OutboxMessage
from hub.models.work import State
from orders import tellable
from orders.event_orders import norce_subjects, unless_missing
from orders.models import Order

# The first is what Norce has done, the second what it waits to be told.
WISHES = (OrderStatus.CANCELLED, OrderStatus.WAITING_FOR_CANCEL)
# What Norce is told of a cancel; any other status would take its place there.
ANSWERS = (OrderStatus.CANCELLED, OrderStatus.CANCEL_ERROR)


def wish_for(order: Order) -> OrderStatus | None:
    """Return Cancelled or WaitingForCancel when a cancel event for the order is kept and Norce still says so.

    Without such an event nobody is asked. Raises as `status_in_norce`.
    """
    subjects = {order.subject, *norce_subjects([order])}
    kept = InboxEvent.objects.filter(subject__in=subjects, event_type=OrderCancelledEvent.__name__)
    event = kept.order_by("-pk").first()
    return wish_of(status_in_norce(read(event))) if event else None


def goes_on(order: Order) -> bool:
    """Return whether a person has let an order go on that is cancelled.

    They have released what the ERP delivered of it, or given up to have it cancelled in the ERP.
    """
    if tellable.CANCELLED in order.released:
        return True
    given_up = OutboxMessage.objects.filter(key=erp_cancel_key(order), state=State.CANCELLED)
    return order.status != Order.Status.CANCELLED and given_up.exists()


def read(event: InboxEvent) -> OrderCancelledEvent:
    """Return what a cancel event says."""
    return wire.read(OrderCancelledEvent, wire.decode(bytes(event.body)))


def status_in_norce(told: OrderCancelledEvent) -> int | None:
    """Return the number of the order's present status, None when Norce does not show the order.

    The event is a request that may have been taken back, so the status counts (query-event.md § 3.3).
    Raises the errors of a call.
    """
    query = gateways.norce_query(told.application_id)
    row = unless_missing(lambda: query.order(told.order_id, application_id=told.application_id))
    return row.status_id if row else None


def wish_of(status_id: int | None) -> OrderStatus | None:
    """Return the status if it means that the order shall be cancelled."""
    return next((status for status in WISHES if status.id == status_id), None)


def put_erp_cancel(order: Order, connection: str, wish: OrderStatus) -> None:
    """Put the message that cancels the order in its ERP, once for ever."""
    outbox.put(
        kind="erp.cancel",
        system=gateways.erp_system(connection),
        subject=order.subject,
        key=erp_cancel_key(order),
        payload={"status": wish.value},
    )


def erp_cancel_key(order: Order) -> str:
    """Return the key of the message that cancels the order in its ERP."""
    return f"erp.cancel:{order.pk}"


def close(order: Order, wish: OrderStatus | str) -> None:
    """Let the order be cancelled and, if Norce waits for that, tell it; call it in a transaction."""
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED)
    if wish == OrderStatus.WAITING_FOR_CANCEL:
        put_status(order, OrderStatus.CANCELLED)


def put_status(order: Order, status: OrderStatus, *, time: int = 1) -> None:
    """Put the message that tells Norce a status of the order, once for each ``time`` that Norce has asked for it."""
    again = f":{time}" if time > 1 else ""
    outbox.put(
        kind="norce.order_status",
        system="norce",
        subject=order.subject,
        key=f"norce.order_status:{order.pk}:{status.name.lower()}{again}",
        payload={"status": status.value},
    )
