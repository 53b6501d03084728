"""InvoiceCaptureCompletedEvent: the money for an invoice was captured, or an operator must see to it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import HoldError, TransientError
from connectors.norce import wire
from connectors.norce.types.events import CaptureState, InvoiceCaptureCompletedEvent
from connectors.norce.types.query import InvoiceRow, OrderRow
from hub import by_hand, gateways, inbox
from hub.models import InboxEvent
from hub.models.work import State
from orders.event_orders import NO_ORDER, find_order, orders_of, unless_missing, wait
from orders.models import Capture, Order

SOON = 3.0
CAPTURED = sentence(_("The money for invoice %(number)s was captured."))
AFTER_ALL = sentence(_("The money for invoice %(number)s was captured after all."))
SETTLED = sentence(_("The money was captured after all."))


def key_of(told: InvoiceCaptureCompletedEvent, state: CaptureState) -> str:
    """Return the key of the event that says how the capture of the same invoice ended."""
    return f"{InvoiceCaptureCompletedEvent.__name__}:{told.application_id}:{told.captured_invoice_id}:{state}"


def capture_completed(event: InboxEvent) -> None:
    """Put a capture on its order's time-line; raise HoldError for one that failed, and tell the operators.

    Waits for an invoice that Norce does not show yet and for an order that has not come. That a
    capture succeeds after an error, and never the other way round, is inferred.
    """
    told = wire.read(InvoiceCaptureCompletedEvent, wire.decode(bytes(event.body)))
    invoice, order = _look_up(told)
    if invoice is None or order is None:
        wait(event, TransientError("invoice_not_here", counts=False))
        return inbox.note(event, NO_ORDER)
    inbox.file_under(event, order.subject)
    number = invoice.invoice_no or str(told.captured_invoice_id)
    _write_down(order, number, told.state)
    if told.state == CaptureState.CAPTURED:
        _captured(event, told, number)
    elif InboxEvent.objects.filter(key=key_of(told, CaptureState.CAPTURED)).exists():
        inbox.note(event, AFTER_ALL % {"number": number})
    else:
        raise _failed(number)


def _look_up(told: InvoiceCaptureCompletedEvent) -> tuple[InvoiceRow | None, Order | None]:
    query = gateways.norce_query(told.application_id)
    invoice = unless_missing(lambda: query.invoice(told.captured_invoice_id))
    order_id = invoice.reference_order_id if invoice else None
    if order_id is None:
        return invoice, None
    row = unless_missing(lambda: query.order(order_id, application_id=told.application_id))
    return invoice, _order_of(told.application_id, row) if row else None


def _order_of(application_number: int, row: OrderRow) -> Order | None:
    """Return our order of a row: by the basket's id, else by the number that the ERP has given it."""
    order = find_order(application_number, str(row.quotation_id or ""), row.source or "")
    return order or (orders_of(application_number).filter(erp_order_no=row.order_no).first() if row.order_no else None)


def _write_down(order: Order, number: str, state: CaptureState) -> None:
    """Say on the order's invoice or credit how the payment ended; a capture that came through stays so."""
    rows = Capture.objects.filter(invoice__order=order, number=number).exclude(state=Capture.State.CAPTURED)
    rows.update(state=Capture.State.CAPTURED if state == CaptureState.CAPTURED else Capture.State.ERROR)


def _captured(event: InboxEvent, told: InvoiceCaptureCompletedEvent, number: str) -> None:
    """Note the capture; an error of the same invoice that waits for a person has settled itself."""
    with transaction.atomic():
        inbox.note(event, CAPTURED % {"number": number})
        error = InboxEvent.objects.select_for_update().filter(key=key_of(told, CaptureState.ERROR)).first()
        if error and error.state == State.RUNNING:
            raise TransientError("capture_busy", retry_after=SOON, counts=False)
        if error and error.state in by_hand.RETRYABLE:
            by_hand.retry(error, by="Norce", reason=SETTLED)


def _failed(number: str) -> HoldError:
    """A held event is told to the operators by the digest."""
    return HoldError("capture", number=number)
