"""Message norce.credit_payment: tell Norce of a credit note, which gives the buyer money back, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from connectors.errors import HoldError
from connectors.norce.types.orders import OrderRequest
from hub import gateways
from hub.models import Application, OutboxMessage
from orders import content, norce_documents
from orders.allocation import allocate, left_of
from orders.capturing import find_in_norce, head_of, payment_of, reference_of
from orders.contents import norce_rows, read_request
from orders.models import Capture, Invoice
from orders.parts import note_asked, parts_of
from orders.posting import BEGUN, post_once
from orders.retelling import settle_lost
from orders.sending import find_application


def send_credit(message: OutboxMessage) -> None:
    """Register a credit in Norce, one call for each capture that money is given back of, the latest first.

    Never more than was invoiced: that is a question for a person, and so is a credit of an invoice that
    Norce does not have, whose money never came, or that the ERP has taken back meanwhile.
    """
    credit = Invoice.objects.select_related("order").get(pk=message.payload["id"])
    application = find_application(credit.order)
    settle_lost(credit, credit.captures.all(), lambda one: find_in_norce(credit.order, application, one.number))
    request = read_request(credit.order)
    for refund in parts_of(credit, lambda rest: _planned(credit, rest)):
        _send(refund, credit, application, request)


def _planned(credit: Invoice, rest: Decimal) -> list[dict[str, Any]]:
    captures = {str(one.pk): one for one in reversed(_captures(credit))}
    earlier = Capture.objects.filter(BEGUN, credited__in=captures.values()).values_list("credited", "amount")
    sources = left_of(((key, one.amount) for key, one in captures.items()), ((str(pk), sum_) for pk, sum_ in earlier))
    parts = allocate(rest, sources)
    if parts is None or any(one.invoice.currency != credit.currency for one in captures.values()):
        left = sum((source.left for source in sources), Decimal(0))
        raise HoldError(
            "credit",
            number=credit.number,
            total=credit.total,
            currency=credit.currency,
            left=left,
            credited=credit.credited_number,
        )
    return [
        {
            "credited": captures[key],
            "payment_code": captures[key].payment_code,
            "payment_ref": captures[key].payment_ref,
            "payment_method": captures[key].payment_method,
            "amount": amount,
            "suppress": captures[key].suppress,
        }
        for key, amount in parts
    ]


def _captures(credit: Invoice) -> list[Capture]:
    """Return what Norce has of the credited invoice, and could capture; raise HoldError when that is nothing."""
    sent = Capture.objects.filter(
        invoice__order=credit.order_id, invoice__number=credit.credited_number, sent_at__isnull=False
    )
    captures = sent.filter(invoice__kind=Invoice.Kind.INVOICE).exclude(state=Capture.State.ERROR)
    found = list(captures.select_related("invoice").order_by("pk"))
    if not found:
        raise HoldError("credited", number=credit.number, credited=credit.credited_number or "–")
    return found


def _send(refund: Capture, credit: Invoice, application: Application, request: OrderRequest) -> None:
    assert refund.credited is not None
    payload = norce_documents.credit(
        order=reference_of(credit.order),
        head=head_of(refund, credit, application, request),
        credited=refund.credited.number,
        rows=norce_rows(credit.order, content.rows(credit.content)),
        payment=payment_of(refund, credit),
        sign=settings.NORCE_CREDIT_SIGN,
    )
    connect = gateways.norce_connect()
    post_once(
        refund,
        send=lambda: connect.credit_payment(payload),
        find=lambda: find_in_norce(credit.order, application, refund.number),
    )
    note_asked(refund)
