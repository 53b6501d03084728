"""Message erp.order: customer first, then the order, then its number and the acknowledgement."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from connectors.erp.base import Erp, ErpOrder, ErpOrderRef, ErpParty
from connectors.errors import HoldError, TransientError
from connectors.norce.types.order_updates import OrderStatus
from connectors.norce.types.orders import ClientCustomer, OrderRequest
from connectors.ratelimit import blocked
from customers.ensure import NAMELESS, ensure_party
from customers.mapping import is_company, to_party
from hub import gateways, outbox
from hub.models import Application, OutboxMessage
from hub.models.work import State
from hub.values import translator
from orders import recorded
from orders.cancel_requests import close, put_erp_cancel, wish_for
from orders.checks import check
from orders.content import LARGEST_TOTAL
from orders.contents import read_request
from orders.identifying import LONGEST
from orders.mapping import reference, to_erp_order
from orders.models import Order
from orders.storing import UNTOLD
from orders.sums import due

# Message that reads one order by itself, see `orders.updates`.
READ = "erp.order_news"
OTHER_SUM = "other_sum"
CENT = Decimal("0.01")


def send_order(message: OutboxMessage) -> State | None:
    """Bring one order into its ERP, once, however often this is called, unless Norce has cancelled it."""
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    if order.erp_order_no:
        return None
    wish = wish_for(order)
    if wish:
        return _stop(order, message, wish)
    _send(order, message)
    return None


def _stop(order: Order, message: OutboxMessage, wish: OrderStatus) -> State:
    """Cancel an order here, or in the ERP if that has it without our hearing of it; what is half made is withdrawn."""
    found, connection = None, ""
    if message.system != UNTOLD:
        application = find_application(order)
        connection, ours = application.erp_connection.name, reference_of(order, application)
        erp = gateways.erp(connection)
        found = erp.find_order(ours)
        if found is None:
            erp.withdraw_order(ours)
    with transaction.atomic():
        if found:
            record_erp_order(order, found)
            put_erp_cancel(order, connection, wish)
            return State.DONE
        close(order, wish)
        return State.CANCELLED


def _send(order: Order, message: OutboxMessage) -> None:
    """Create the order in its ERP.

    It is mapped before anything is written, so that half an order never leaves a customer behind, or taken as it
    was mapped the last time, where a person has asked for that; the ERP is asked for our reference before it is
    given the order; its number and the acknowledgement that follows are stored together.
    """
    request = read_request(order)
    _summarise(order, request)
    application = find_application(order)
    connection = application.erp_connection.name
    as_it_was = recorded.is_asked_for(message)
    draft = recorded.last(order, connection) if as_it_was else draft_of(order, request, application)
    party = to_party(_buyer(request), draft.currency)
    recorded.keep(order, draft, connection)
    _note_destination(message, application)
    erp = gateways.erp(connection)
    known = erp.find_order(draft.reference)
    if known is None:
        code = order.customer_code or _ensure_customer(order, message, application, erp, party)
        known = erp.create_order(replace(draft, customer_code=code))
        known = replace(known, customer_code=code)
        record_erp_order(order, known)
        return
    _compare(order, draft, known)
    with transaction.atomic():
        record_erp_order(order, known)
        # The ERP had it before we heard of it, so it may have gone on with it too.
        system = gateways.erp_system(connection)
        outbox.put(kind=READ, system=system, subject=order.subject, key=f"{READ}:{order.pk}")


def _compare(order: Order, draft: ErpOrder, known: ErpOrderRef) -> None:
    """Raise HoldError when the order that the ERP has already comes to another sum than the buyer pays."""
    differs = known.total is not None and abs(known.total - draft.total) >= CENT
    if differs and OTHER_SUM not in order.released:
        raise HoldError(OTHER_SUM, number=known.number, made=known.total, due=draft.total, currency=draft.currency)


def draft_of(order: Order, request: OrderRequest, application: Application) -> ErpOrder:
    """Return the order as today's mappings make it for its ERP, without its customer's code; nobody is asked.

    Raises HoldError for a question that is open, MappingError for a value without a translation.
    """
    return to_erp_order(
        request,
        reading=check(request, tolerance=application.sum_tolerance, released=order.released),
        reference=reference_of(order, application),
        translate=translator(application),
    )


def _note_destination(message: OutboxMessage, application: Application) -> None:
    """Say on the message which ERP it goes to, so that it waits while that one does not answer."""
    system = gateways.erp_system(application.erp_connection.name)
    if message.system != system:
        OutboxMessage.objects.filter(pk=message.pk).update(system=system)
    if system in blocked(system):
        raise TransientError("system_resting", system=system, counts=False)


def _ensure_customer(order: Order, message: OutboxMessage, application: Application, erp: Erp, party: ErpParty) -> str:
    """Return the buyer's code, stored on the order at once: a later try must not make them again."""
    outbox.wait_for_same_serial(message)
    asking = message.tries > 1 and NAMELESS not in order.released
    code = ensure_party(application=application, erp=erp, party=party, tried_before=asking)
    Order.objects.filter(pk=order.pk).update(customer_code=code)
    return code


def find_application(order: Order) -> Application:
    """Return the order's application; raise HoldError saying how to make it known."""
    row = Application.objects.select_related("erp_connection").filter(key=order.application_key).first()
    if row is None:
        raise HoldError("application", application_key=order.application_key or "–")
    return row


def reference_of(order: Order, application: Application) -> str:
    """Return our reference of an order in its ERP."""
    return reference(application=application.number, source=order.source, client_order_ref=order.client_order_ref)


def is_about(found: str, order: Order, application: Application) -> bool:
    """Return whether the reference that the ERP has with an order is ours, or none: its numbers may begin again."""
    return not found or found == reference_of(order, application)


def record_erp_order(order: Order, found: ErpOrderRef) -> None:
    """Store the ERP's number and put the acknowledgement, in one transaction; raise HoldError on another number."""
    with transaction.atomic():
        customer = {"customer_code": found.customer_code} if found.customer_code else {}
        # One that was cancelled here and goes to the ERP all the same was taken up again.
        changed = Order.objects.filter(pk=order.pk, erp_order_no="").update(
            erp_order_no=found.number, erp_ordered_at=timezone.now(), status=Order.Status.RECEIVED, **customer
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
        raise HoldError("doubled", stored=stored, made=found.number)


def _buyer(request: OrderRequest) -> ClientCustomer:
    buyer = request.sell_to or request.bill_to
    person = buyer.person if buyer else None
    if buyer is None or not (is_company(buyer) or (person and (person.email or person.last_name))):
        raise HoldError("buyer")
    return buyer


def _summarise(order: Order, request: OrderRequest) -> None:
    """Fill the columns of lists and searches; what does not fit them is no reason to stop the order."""
    buyer = request.sell_to or request.bill_to
    name = to_party(buyer, "").name if buyer else ""
    total = round(due(request), 2)
    Order.objects.filter(pk=order.pk).update(
        buyer_name=name[:LONGEST],
        currency=(request.currency_code or "")[:3],
        total=total if abs(total) < LARGEST_TOTAL else None,
    )
