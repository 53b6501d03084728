"""Message norce.invoice: tell Norce of an invoice, which captures the buyer's payment, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import HoldError
from connectors.norce.types.orders import OrderRequest, Payment
from hub import gateways
from hub.models import Application, OutboxMessage
from orders import content, cut, norce_documents, states
from orders.allocation import allocate, left_of
from orders.contents import norce_rows, read_payments
from orders.delivering import norce_order_id
from orders.identifying import LONGEST
from orders.models import Capture, Invoice, Order
from orders.parts import note_asked, parts_of
from orders.posting import BEGUN, post_once
from orders.retelling import settle_lost
from orders.sending import find_application
from orders.tellable import refuse_untellable

Key = tuple[int | None, str]
NAME = sentence(_("invoice %(number)s"))


def send_invoice(message: OutboxMessage) -> None:
    """Register an invoice in Norce, one call for each reservation that pays a part of it.

    Which reservation pays what is kept before the first call. More than is left of the reservations is a
    question for a person; so is an invoice that the ERP has taken back meanwhile, one of a cancelled order, and one
    whose reservations the hub has forgotten.
    """
    invoice = Invoice.objects.select_related("order").get(pk=message.payload["id"])
    refuse_untellable(invoice.order, NAME % {"number": invoice})
    application = find_application(invoice.order)
    settle_lost(invoice, invoice.captures.all(), lambda one: find_in_norce(invoice.order, application, one.number))
    request = read_payments(invoice.order)
    for capture in parts_of(invoice, lambda rest: _planned(invoice, rest, application, request)):
        _mark_last(capture, invoice)
        _send(capture, invoice, application, request)
    if invoice.captures.filter(is_last=True).exists():
        states.advance(invoice.order, Order.Status.INVOICED)
    else:
        cut.note_told(message, invoice.order)


def _planned(invoice: Invoice, rest: Decimal, application: Application, request: OrderRequest) -> list[dict[str, Any]]:
    if not request.payments or not rest:
        # Nothing was reserved, or nothing is to be paid: Norce only registers the invoice.
        return [{"amount": rest, "suppress": True}]
    payments = {_key(payment): payment for payment in request.payments}
    amounts = [(_key(payment), payment.amount or Decimal(0)) for payment in request.payments]
    sources = left_of(amounts, _used(invoice.order))
    parts = allocate(rest, sources)
    if parts is None or any(_currency(payments[key], request) not in ("", invoice.currency) for key, _ in parts):
        raise _beyond(invoice, sum((source.left for source in sources), Decimal(0)), request)
    return [
        {
            "payment_code": payments[key].payment_code,
            "payment_ref": key[1],
            "payment_method": (payments[key].payment_method_code or "")[:100],
            "amount": amount,
            "suppress": payments[key].payment_method_code in application.uncaptured_methods,
        }
        for key, amount in parts
    ]


def _beyond(invoice: Invoice, left: Decimal, request: OrderRequest) -> HoldError:
    return HoldError(
        "reservation",
        number=invoice.number,
        total=invoice.total,
        currency=invoice.currency,
        left=f"{left} {request.currency_code or ''}".strip(),
    )


def _key(payment: Payment) -> Key:
    """What tells a reservation, as its captures keep it; two that are alike count as one."""
    return payment.payment_code, (payment.payment_ref or "")[:LONGEST]


def _currency(payment: Payment, request: OrderRequest) -> str:
    return payment.currency_code or request.currency_code or ""


def _used(order: Order) -> list[tuple[Key, Decimal]]:
    """What the order's captures have taken of each reservation already, or may have."""
    taken = Capture.objects.filter(BEGUN, invoice__order=order, invoice__kind=Invoice.Kind.INVOICE)
    rows = taken.values_list("payment_code", "payment_ref", "amount")
    return [((code, reference), amount) for code, reference, amount in rows]


def _mark_last(capture: Capture, invoice: Invoice) -> None:
    """Say of the last call of the last invoice that it is the last, and of no other: left out, Norce takes it so.

    It is last when the ERP has nothing left to invoice and no later invoice is known (orders.md § 6).
    """
    if capture.sent_at or capture.posting_since:
        return
    later = Invoice.objects.filter(order=invoice.order, kind=Invoice.Kind.INVOICE, gone_at=None, pk__gt=invoice.pk)
    full = Order.objects.filter(pk=invoice.order_id, invoiced_in_full=True).exists()
    last_part = not invoice.captures.filter(pk__gt=capture.pk).exists()
    capture.is_last = full and last_part and not later.exists()
    Capture.objects.filter(pk=capture.pk).update(is_last=capture.is_last)


def _send(capture: Capture, invoice: Invoice, application: Application, request: OrderRequest) -> None:
    rows = norce_rows(invoice.order, content.rows(invoice.content))
    payload = norce_documents.invoice(
        order=reference_of(invoice.order),
        head=head_of(capture, invoice, application, request),
        rows=rows,
        payment=payment_of(capture, invoice),
    )
    connect = gateways.norce_connect()
    post_once(
        capture,
        send=lambda: connect.create_invoice(payload),
        find=lambda: find_in_norce(invoice.order, application, capture.number),
    )
    note_asked(capture)


def reference_of(order: Order) -> norce_documents.Reference:
    """Return how Norce knows an order."""
    return norce_documents.Reference(
        client_order_ref=order.client_order_ref, source=order.source, erp_order_no=order.erp_order_no
    )


def head_of(
    capture: Capture, invoice: Invoice, application: Application, request: OrderRequest
) -> norce_documents.Head:
    """Return what an invoice or credit says beside its rows; parts of one invoice share a group.

    Moments are in the hub's time zone, so that who reads no more of one than its day reads the ERP's.
    """
    person = request.bill_to.person if request.bill_to else None
    address = person.address if person else None
    split = capture.number != invoice.number or invoice.captures.filter(pk__gt=capture.pk).exists()
    return norce_documents.Head(
        number=capture.number,
        made_at=localtime(invoice.made_at),
        due_at=localtime(invoice.due_at or invoice.made_at),
        currency=invoice.currency,
        culture=application.culture,
        application_key=application.key,
        country=(address.country if address else "") or "",
        group=invoice.number if split else "",
        rounding=norce_documents.rounding(invoice.total, content.rows(invoice.content)),
        is_last=capture.is_last,
        suppress=capture.suppress,
    )


def payment_of(capture: Capture, invoice: Invoice) -> Payment | None:
    """Return the reservation that pays, with its amount; None where nothing was reserved."""
    if not (capture.payment_code or capture.payment_ref):
        return None
    return Payment(
        payment_code=capture.payment_code,
        payment_ref=capture.payment_ref or None,
        payment_method_code=capture.payment_method or None,
        amount=capture.amount,
        currency_code=invoice.currency,
    )


def find_in_norce(order: Order, application: Application, number: str) -> int | None:
    """Return Norce's id of the order's invoice or credit with a number, None when it has none. Two calls to Query."""
    query = gateways.norce_query(application.number)
    order_id = norce_order_id(query, order, application)
    found = query.invoices_numbered(number)
    return next((row.id for row in found if row.reference_order_id == order_id), None)
