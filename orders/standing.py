"""The one word for where an order stands: its business status, unless its work is in trouble."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from hub.models import InboxEvent, OutboxMessage
from hub.models.work import TROUBLED, State
from orders.models import Order

ENDINGS = {Order.Status.CANCELLED: "plain", Order.Status.BACK_ORDER: "wait"}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A word with its tone (good, bad, wait, busy, plain)."""

    word: str
    tone: str


def standing(order: Order, states: Collection[str]) -> Standing:
    """Return where an order stands, from itself and the states of its work."""
    if State.FAILED in states:
        return Standing(word=_("Failed"), tone="bad")
    if State.HELD in states:
        return Standing(word=_("Held"), tone="wait")
    if order.status != Order.Status.RECEIVED:
        return Standing(word=str(order.get_status_display()), tone=ENDINGS.get(Order.Status(order.status), "good"))
    if order.erp_order_no:
        return Standing(word=_("In the ERP"), tone="good")
    if State.RUNNING in states:
        return Standing(word=_("Being sent"), tone="busy")
    if State.CANCELLED in states and State.PENDING not in states:
        return Standing(word=_("Given up"), tone="plain")
    return Standing(word=_("Waiting"), tone="busy")


def states_of(orders: Iterable[Order]) -> dict[int, set[str]]:
    """Return the states of the work of some orders by order id, with those of events about them that have stopped."""
    subjects = {order.subject: order.pk for order in orders}
    found: dict[int, set[str]] = {key: set() for key in subjects.values()}
    messages = OutboxMessage.objects.filter(subject__in=subjects).values_list("subject", "state")
    events = InboxEvent.objects.filter(subject__in=subjects, state__in=TROUBLED).values_list("subject", "state")
    for subject, state in (*messages, *events):
        found[subjects[subject]].add(state)
    return found
