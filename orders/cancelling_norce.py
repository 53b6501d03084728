"""Message norce.cancel_order: the ERP has cancelled an order, so Norce cancels it and releases the payments."""

from __future__ import annotations

from connectors.norce.message import UNSET
from connectors.norce.types.order_updates import CancelOrderRequest, CancelPayment
from hub import gateways
from hub.models import Application, OutboxMessage
from orders.capturing import reference_of
from orders.contents import read_payments
from orders.models import Order
from orders.sending import find_application


def send_cancel(message: OutboxMessage) -> None:
    """Cancel an order in Norce, with the reservations to release unless the application keeps them.

    Only payments that are named are released (orders.md § 6). Done again it changes nothing.
    """
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    application = find_application(order)
    reference = reference_of(order)
    gateways.norce_connect().cancel_order(
        CancelOrderRequest(
            client_order_ref=reference.number,
            erp_order_no=order.erp_order_no or UNSET,
            payments=released(order, application) or UNSET,
        )
    )


def released(order: Order, application: Application) -> tuple[CancelPayment, ...]:
    """Return the reservations that a cancel releases: those that Norce would capture. Raises as `read_payments`."""
    if not application.releases_payments:
        return ()
    return tuple(
        CancelPayment(payment_ref=payment.payment_ref, payment_code=payment.payment_code)
        for payment in read_payments(order).payments
        if payment.payment_ref and payment.payment_method_code not in application.uncaptured_methods
    )
