"""Message norce.order_status: tell Norce what the ERP made of an order."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from hub import gateways
from hub.models import Application, OutboxMessage
from orders.mapping import acknowledgement
from orders.models import Order
from orders.sending import find_application, reference_of


def send_acknowledgement(message: OutboxMessage) -> None:
    """Acknowledge an order in Norce with its ERP number and the application's order infos.

    The status is a setting: the notes could not find which of Acknowledged, Confirmed and
    ErpConfirmed Norce means (orders.md § 3). A repeat after a lost answer changes nothing in Norce.
    """
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    if order.acknowledged_at:
        return
    application = find_application(order)
    request = acknowledgement(
        client_order_ref=order.client_order_ref,
        source=order.source,
        erp_order_no=order.erp_order_no,
        status=settings.NORCE_ACK_STATUS,
        account_id=settings.NORCE_ACCOUNT_ID,
        infos=order_infos(order, application),
    )
    gateways.norce_connect().send_order_status(request)
    Order.objects.filter(pk=order.pk, acknowledged_at=None).update(acknowledged_at=timezone.now())
    Order.objects.filter(pk=order.pk, status=Order.Status.RECEIVED).update(status=Order.Status.CONFIRMED)


def order_infos(order: Order, application: Application) -> dict[str, str]:
    """Return the info codes to set on the order with their values, as the application's row asks."""
    values = {
        "erp_order_no": order.erp_order_no,
        "erp_customer_code": order.customer_code,
        "reference": reference_of(order, application),
    }
    return {code: values[name] for code, name in application.order_infos.items() if name in values}
