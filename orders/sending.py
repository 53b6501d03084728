"""Message erp.order: customer first, then the order, then its number and the acknowledgement."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from connectors.erp.base import Erp, ErpOrderRef, ErpParty
from connectors.errors import HoldError, TransientError
from connectors.norce.types.orders import ClientCustomer, OrderRequest
from connectors.ratelimit import blocked
from customers.ensure import NAMELESS, ensure_party
from customers.mapping import is_company, to_party
from hub import gateways, outbox
from hub.models import Application, OutboxMessage
from hub.values import translator
from orders.checks import check
from orders.contents import read_request
from orders.identifying import LONGEST
from orders.mapping import reference, to_erp_order
from orders.models import Order
from orders.sums import paid

LARGEST_TOTAL = 10**12


def send_order(message: OutboxMessage) -> None:
    """Bring one order into its ERP, once, however often this is called.

    The order is mapped before anything is written, so that half an order never leaves a customer
    behind; the ERP is asked for our reference before it is given the order; its number and the
    acknowledgement that follows are stored together.
    """
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    if order.erp_order_no:
        return
    request = read_request(order)
    _summarise(order, request)
    application = find_application(order)
    reading = check(request, tolerance=application.sum_tolerance, released=order.released)
    draft = to_erp_order(
        request,
        reading=reading,
        reference=reference_of(order, application),
        translate=translator(application),
    )
    party = to_party(_buyer(request), draft.currency)
    _note_destination(message, application)
    erp = gateways.erp(application.erp_connection.name)
    known = erp.find_order(draft.reference)
    if known is None:
        code = order.customer_code or _ensure_customer(order, application, erp, party, message.tries > 1)
        known = erp.create_order(replace(draft, customer_code=code))
        known = replace(known, customer_code=code)
    record_erp_order(order, known)


def _note_destination(message: OutboxMessage, application: Application) -> None:
    """Say on the message which ERP it goes to, so that it waits while that one does not answer."""
    system = gateways.erp_system(application.erp_connection.name)
    if message.system != system:
        OutboxMessage.objects.filter(pk=message.pk).update(system=system)
    if system in blocked(system):
        raise TransientError(f"{system} has just not answered; it is left alone for a moment.", counts=False)


def _ensure_customer(order: Order, application: Application, erp: Erp, party: ErpParty, tried_before: bool) -> str:
    """Return the buyer's code, stored on the order at once: a later try must not make them again."""
    asking = tried_before and NAMELESS not in order.released
    code = ensure_party(application=application, erp=erp, party=party, tried_before=asking)
    Order.objects.filter(pk=order.pk).update(customer_code=code)
    return code


def find_application(order: Order) -> Application:
    """Return the order's application; raise HoldError saying how to make it known."""
    row = Application.objects.select_related("erp_connection").filter(key=order.application_key).first()
    if row is None:
        raise HoldError(
            f"The order names the application {order.application_key or '(none)'}, which the hub does not know.",
            code="application",
            remedy="Run sync_applications or add it under Applications, then Retry.",
        )
    return row


def reference_of(order: Order, application: Application) -> str:
    """Return our reference of an order in its ERP."""
    return reference(application=application.number, source=order.source, client_order_ref=order.client_order_ref)


def record_erp_order(order: Order, found: ErpOrderRef) -> None:
    """Store the ERP's number and put the acknowledgement, in one transaction; raise HoldError on another number."""
    with transaction.atomic():
        customer = {"customer_code": found.customer_code} if found.customer_code else {}
        changed = Order.objects.filter(pk=order.pk, erp_order_no="").update(
            erp_order_no=found.number, erp_ordered_at=timezone.now(), **customer
        )
        if changed:
            outbox.put(
                kind="norce.order_status",
                system="norce",
                subject=order.subject,
                key=f"norce.order_status:{order.pk}:acknowledged",
            )
            return
    stored = Order.objects.values_list("erp_order_no", flat=True).get(pk=order.pk)
    if stored != found.number:
        raise HoldError(
            f"The order has the ERP number {stored}, and the ERP has made {found.number} too.",
            code="doubled",
            remedy=f"Cancel {found.number} in the ERP, then Retry.",
        )


def _buyer(request: OrderRequest) -> ClientCustomer:
    buyer = request.sell_to or request.bill_to
    person = buyer.person if buyer else None
    if buyer is None or not (is_company(buyer) or (person and (person.email or person.last_name))):
        raise HoldError(
            "The order names no buyer: SellTo has neither a company nor a person with a name or e-mail.",
            code="buyer",
            remedy="Ask the shop who ordered; have it sent again, or cancel it here.",
        )
    return buyer


def _summarise(order: Order, request: OrderRequest) -> None:
    """Fill the columns of lists and searches; what does not fit them is no reason to stop the order."""
    buyer = request.sell_to or request.bill_to
    name = to_party(buyer, "").name if buyer else ""
    total = round(paid(request), 2)
    Order.objects.filter(pk=order.pk).update(
        buyer_name=name[:LONGEST],
        currency=(request.currency_code or "")[:3],
        total=total if abs(total) < LARGEST_TOTAL else None,
    )
