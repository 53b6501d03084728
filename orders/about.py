"""What an order's page and its buttons look at: the application, the order's names, its work and events."""

from __future__ import annotations

from dataclasses import dataclass

from hub.models import Application, InboxEvent, OutboxMessage
from hub.timeline import items_of
from orders.event_orders import norce_subject
from orders.models import Order

Item = OutboxMessage | InboxEvent


@dataclass(frozen=True, kw_only=True)
class About:
    """One order's surroundings. ``subjects`` are the names under which work and events refer to it, ours first."""

    application: Application | None
    subjects: tuple[str, ...]
    items: list[Item]

    @property
    def own_work(self) -> list[OutboxMessage]:
        """The order's own work, oldest first, without mails."""
        return [item for item in self.items if isinstance(item, OutboxMessage) and item.subject == self.subjects[0]]


def about(order: Order) -> About:
    """Return what is around an order; read once for each order that was read."""
    known: About | None = vars(order).get("about")
    if known is None:
        known = vars(order)["about"] = _about(order)
    return known


def _about(order: Order) -> About:
    rows = Application.objects.select_related("erp_connection")
    application = rows.filter(key=order.application_key).first()
    subjects = [order.subject]
    if application:
        subjects.append(norce_subject(application.number, order.client_order_ref, order.source))
    return About(application=application, subjects=tuple(subjects), items=items_of(*subjects))
