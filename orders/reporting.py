"""Message norce.order_status: tell Norce what the ERP made of an order, or how its cancellation ended."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from connectors.norce.types.order_updates import OrderStatus
from hub import gateways
from hub.models import Application, OutboxMessage
from hub.models.work import State
from orders import states
from orders.cancel_requests import ANSWERS, goes_on, wish_for
from orders.mapping import order_status
from orders.models import Order
from orders.sending import find_application, reference_of


def send_order_status(message: OutboxMessage) -> State | None:
    """Tell Norce the status that the message names; one that names none is the acknowledgement.

    A repeat after a lost answer changes nothing in Norce. A status that the order has left behind meanwhile, because
    the acknowledgement or a person came between, is not told: Norce would go back. Neither is one of an order that
    Norce has cancelled meanwhile: it would take the place of that status, and the cancel would be lost.
    """
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    told = message.payload
    if "status" not in told:
        return _acknowledge(order)
    if states.is_overtaken(told["status"], order.status):
        return State.SUPERSEDED
    if told["status"] not in ANSWERS and wish_for(order) and not goes_on(order):
        return State.SUPERSEDED
    infos = order_infos(order, find_application(order), told.get("infos", {}))
    _tell(order, told["status"], infos, told.get("rows", {}))
    return None


def _acknowledge(order: Order) -> State | None:
    """Acknowledge an order in Norce with its ERP number and the application's order infos.

    The status is a setting: the notes could not find which of Acknowledged, Confirmed and
    ErpConfirmed Norce means (orders.md § 3). A cancelled order is not confirmed any more, unless a
    person lets it go on: the acknowledgement would take the place of that status in Norce.
    """
    if order.acknowledged_at:
        return None
    if (order.status == Order.Status.CANCELLED or wish_for(order)) and not goes_on(order):
        return State.CANCELLED
    _tell(order, settings.NORCE_ACK_STATUS, order_infos(order, find_application(order), {}), {})
    Order.objects.filter(pk=order.pk, acknowledged_at=None).update(acknowledged_at=timezone.now())
    status = OrderStatus.from_name(settings.NORCE_ACK_STATUS)
    states.advance(order, states.ACKNOWLEDGED.get(status, Order.Status.CONFIRMED))
    return None


def _tell(order: Order, status: str, infos: dict[str, str], rows: dict[str, str]) -> None:
    request = order_status(
        client_order_ref=order.client_order_ref,
        source=order.source,
        erp_order_no=order.erp_order_no,
        status=status,
        account_id=settings.NORCE_ACCOUNT_ID,
        infos=infos,
        rows=rows,
    )
    gateways.norce_connect().send_order_status(request)


def order_infos(order: Order, application: Application, news: dict[str, str]) -> dict[str, str]:
    """Return the info codes to set on the order with their values, as the application's row asks.

    ``news`` are values that the ERP gives by its own names.
    """
    values = news | {
        "erp_order_no": order.erp_order_no,
        "erp_customer_code": order.customer_code,
        "reference": reference_of(order, application),
    }
    return {code: values[name] for code, name in application.order_infos.items() if name in values}
