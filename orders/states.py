"""The business statuses of an order, which step may follow which, and the Norce call that tells each."""

from __future__ import annotations

from connectors.norce.types.order_updates import OrderStatus
from orders.models import Order

S = Order.Status
# Steps may be jumped forward, never backward; what ends an order comes last.
RANK = {
    S.RECEIVED: 0,
    S.ALLOCATION: 1,
    S.CONFIRMED: 2,
    S.BACK_ORDER: 3,
    S.READY_FOR_PICKUP: 4,
    S.PARTLY_DELIVERED: 5,
    S.DELIVERED: 6,
    S.INVOICED: 7,
}
# Of an order that is partly delivered or invoiced only the rest is cancelled, which Norce has no status for.
CANCELLABLE = (S.RECEIVED, S.ALLOCATION, S.CONFIRMED, S.BACK_ORDER, S.READY_FOR_PICKUP)
# Where an acknowledgement leaves an order, by NORCE_ACK_STATUS; any other confirms it.
ACKNOWLEDGED = {OrderStatus.ACKNOWLEDGED: S.RECEIVED, OrderStatus.ALLOCATION: S.ALLOCATION}
NORCE = {
    S.ALLOCATION: OrderStatus.ALLOCATION,
    S.CONFIRMED: OrderStatus.CONFIRMED,
    S.BACK_ORDER: OrderStatus.BACK_ORDER,
    S.READY_FOR_PICKUP: OrderStatus.READY_FOR_PICKUP,
    S.PARTLY_DELIVERED: OrderStatus.PARTLY_DELIVERED,
    S.DELIVERED: OrderStatus.DELIVERED,
    S.INVOICED: OrderStatus.INVOICED,
    S.CANCELLED: OrderStatus.CANCELLED,
}


def may_follow(status: str, present: str) -> bool:
    """Return whether an order in ``present`` may become ``status``; the same again is no step."""
    if status == S.CANCELLED:
        return present in CANCELLABLE
    return present != S.CANCELLED and RANK[S(status)] > RANK[S(present)]


def is_overtaken(told: str, present: str) -> bool:
    """Return whether an order in ``present`` has gone past what Norce's status ``told`` would tell of it."""
    step = next((one for one, norce in NORCE.items() if norce == told), S.CANCELLED)
    return step != S.CANCELLED and may_follow(present, step)


def before(status: str) -> list[str]:
    """Return the statuses from which an order may become ``status``."""
    return [one for one in S if may_follow(status, one)]


def advance(order: Order, status: str) -> bool:
    """Let an order take a step; return False, with nothing changed, where that would go back."""
    changed = Order.objects.filter(pk=order.pk, status__in=before(status)).update(status=status)
    if changed:
        order.status = status
    return bool(changed)
