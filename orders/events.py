"""Norce's order events: under which subject and key each is kept, and who does it."""

from __future__ import annotations

from urllib.parse import quote

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce.phrases import NO_CHARACTER, NOTHING, TEXT
from connectors.norce.types import events
from connectors.norce.types.events import InvoiceCaptureCompletedEvent, OrderPaymentReceivedEvent, OrderReceivedEvent
from connectors.norce.wire import WireError
from hub import registry
from hub.inbox import LARGEST_APPLICATION, LONGEST_KEY
from hub.registry import EventType
from orders.cancelling import cancelled_event
from orders.captures import capture_completed, key_of
from orders.event_orders import mark, norce_subject, shortened
from orders.identifying import normal_source, storable
from orders.notices import put_notice
from orders.payments import payment_received

LARGEST_INVOICE = 2**31 - 1
AN_INVOICE = sentence(_("the number of an invoice"))
A_REFERENCE = sentence(_("the order's reference"))
AN_APPLICATION = sentence(_("the number of an application"))
Placed = OrderReceivedEvent | events.OrderEvent


def once(told: Placed) -> tuple[str, str]:
    """Return subject and key of an event that comes once for each order; raise WireError."""
    subject, _ = folded(told)
    place = (str(told.application_id), quote(normal_source(told.source)), told.client_order_ref.strip())
    return subject, shortened(":".join((type(told).__name__, *place)), LONGEST_KEY)


def folded(told: Placed) -> tuple[str, str]:
    """Return subject and key of an event that is folded into one that waits; raise WireError."""
    _refuse_nameless(told.application_id, ClientOrderRef=told.client_order_ref, Source=told.source)
    return norce_subject(told.application_id, told.client_order_ref, told.source), ""


def payment(told: OrderPaymentReceivedEvent) -> tuple[str, str]:
    """Return subject and key of an event that comes once for each payment; raise WireError.

    Payments without a reference are told apart by what was paid.
    """
    paid = {"PaymentCode": told.payment_code, "PaymentRef": told.payment_ref or ""}
    if not told.payment_ref:
        paid |= {"Amount": str(told.amount), "CurrencyCode": told.currency_code or ""}
    _refuse_nameless(told.application_id, ClientOrderRef=told.client_order_ref, **paid)
    # A provider's reference may let its holder act, so that it is in no name.
    single = mark("\x00".join(paid.values()))
    subject = norce_subject(told.application_id, told.client_order_ref)
    return subject, f"{type(told).__name__}:{subject.partition(':')[2]}:{single}"


def capture(told: InvoiceCaptureCompletedEvent) -> tuple[str, str]:
    """Return subject and key: one event for each invoice and way in which its capture ended; raise WireError.

    An invoice may be captured anew and fail again with the same words, so one that was given up starts again.
    """
    _refuse_application(told.application_id)
    if not 0 < told.captured_invoice_id <= LARGEST_INVOICE:
        raise WireError("CapturedInvoiceId", AN_INVOICE, str(told.captured_invoice_id))
    return f"norce_invoice:{told.captured_invoice_id}", key_of(told, told.state)


def _refuse_nameless(application_number: int, **texts: str) -> None:
    """Raise WireError unless the texts, by the names of their members, can name an order or a payment."""
    _refuse_application(application_number)
    if not texts["ClientOrderRef"].strip():
        raise WireError("ClientOrderRef", A_REFERENCE, NOTHING)
    for name, text in texts.items():
        if not storable(text):
            raise WireError(name, TEXT, NO_CHARACTER)


def _refuse_application(number: int) -> None:
    if not 0 < number <= LARGEST_APPLICATION:
        raise WireError("ApplicationId", AN_APPLICATION, str(number))


TYPES: dict[type[events.Event], EventType] = {
    events.OrderReceivedEvent: EventType(handler=put_notice, identify=once),
    events.OrderConfirmedEvent: EventType(handler=put_notice, identify=once),
    events.OrderReadyForPickupEvent: EventType(handler=put_notice, identify=once),
    events.OrderDeliveredEvent: EventType(handler=put_notice, identify=folded),
    events.OrderPartlyDeliveredEvent: EventType(handler=put_notice, identify=folded),
    events.OrderCancelledEvent: EventType(handler=cancelled_event, identify=folded),
    events.OrderPaymentReceivedEvent: EventType(handler=payment_received, identify=payment),
    events.InvoiceCaptureCompletedEvent: EventType(handler=capture_completed, identify=capture, starts_again=True),
}


def register() -> None:
    """Let the hub keep and do the order events; called from the app's ``ready()``."""
    for cls, known in TYPES.items():
        registry.handle_events(cls.__name__, known.handler, identify=known.identify, starts_again=known.starts_again)
