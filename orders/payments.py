"""OrderPaymentReceivedEvent: a payment on its order's time-line."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import TransientError
from connectors.norce import wire
from connectors.norce.types.events import OrderPaymentReceivedEvent
from connectors.redaction import MASK
from hub import inbox
from hub.models import InboxEvent
from orders.event_orders import NO_ORDER, orders_of, wait
from orders.models import Order

# A shorter reference would be told by its end.
SHOWN, LEAST_HIDDEN = 4, 4
WITH_REFERENCE = sentence(_("%(payment)s, reference %(reference)s"))


def payment_received(event: InboxEvent) -> None:
    """Note a payment with its order: method, amount, the end of its reference; wait for an order that is not here."""
    told = wire.read(OrderPaymentReceivedEvent, wire.decode(bytes(event.body)))
    order = _order_of(told)
    if order is None:
        wait(event, TransientError("order_not_here", counts=False))
        return inbox.note(event, NO_ORDER)
    inbox.file_under(event, order.subject)
    inbox.note(event, in_words(told))


def _order_of(told: OrderPaymentReceivedEvent) -> Order | None:
    """Return the order: the event names no source, so the ERP's number decides where its reference does not."""
    orders = orders_of(told.application_id)
    named = list(orders.filter(client_order_ref=told.client_order_ref.strip())[:2])
    if len(named) == 1:
        return named[0]
    numbered = list(orders.filter(erp_order_no=told.erp_order_no)[:2]) if told.erp_order_no else []
    return numbered[0] if len(numbered) == 1 else None


def in_words(told: OrderPaymentReceivedEvent) -> str:
    """Return a payment in words, of its reference only the end."""
    amount = "" if told.amount is None else f"{told.amount:.2f} {told.currency_code or ''}".strip()
    payment = ", ".join(filter(None, (told.payment_method_code or told.payment_code, amount)))
    known = {"payment": payment, "reference": masked(told.payment_ref or "")}
    return WITH_REFERENCE % known if told.payment_ref else payment


def masked(reference: str) -> str:
    """Return a payment's reference with only its end legible."""
    return MASK + (reference[-SHOWN:] if len(reference) >= SHOWN + LEAST_HIDDEN else "")
