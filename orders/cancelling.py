"""OrderCancelledEvent and message erp.cancel: stop an order on its way to the ERP, or cancel it there."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import HoldError, PermanentError, TransientError
from connectors.norce.types.order_updates import OrderStatus
from hub import by_hand, gateways, inbox
from hub.models import InboxEvent, OutboxMessage
from hub.models.work import UNFINISHED, State
from orders.cancel_requests import (
    ANSWERS,
    close,
    erp_cancel_key,
    put_erp_cancel,
    put_status,
    read,
    status_in_norce,
    wish_of,
)
from orders.event_orders import NO_ORDER, find_order, wait
from orders.models import Order
from orders.sending import find_application
from orders.storing import KIND, UNTOLD

NORCE = "Norce"
REASON = sentence(_("The order was cancelled in Norce."))
LOOKED_FOR = sentence(_("The hub looks whether the ERP has it."))
NOTHING = sentence(_("Norce says %(word)s: nothing is cancelled."))
STATUS = sentence(_("status %(id)s"))
CANCELLED = sentence(_("The order is cancelled."))
ASKED = sentence(_("The ERP is asked to cancel the order."))
ASKED_BEFORE = sentence(_("The ERP was asked before, which is: %(state)s."))
STOPPED = sentence(_("The order was cancelled before it reached the ERP."))
LOOKS = sentence(_("The hub looks whether the ERP has the order: it is cancelled there, or stopped here."))
STATES = {
    State.PENDING: sentence(_("waiting")),
    State.RUNNING: sentence(_("running")),
    State.SUBMITTED: sentence(_("sent, being processed")),
    State.HELD: sentence(_("held for a person")),
    State.DONE: sentence(_("done")),
    State.FAILED: sentence(_("failed")),
    State.CANCELLED: sentence(_("cancelled")),
    State.SUPERSEDED: sentence(_("superseded")),
}
SOON = 3.0
# So long before its event arrives an order may have been cancelled in Norce.
OVERLAP = timedelta(minutes=1)


def cancelled_event(event: InboxEvent) -> None:
    """Cancel the event's order where it is by now, if Norce still says so, and note what came of it.

    Waits for an order that has not come yet: `orders.sending` looks for kept events, so that one that
    comes later does not reach the ERP either. Raises TransientError while work of the order is under
    way, HoldError where a person must look, and the errors of Query.
    """
    told = read(event)
    order = find_order(told.application_id, told.client_order_ref, told.source)
    if order is None:
        wait(event, TransientError("order_not_here", counts=False))
        return inbox.note(event, NO_ORDER)
    inbox.file_under(event, order.subject)
    _wait_for_running(order)
    status_id = status_in_norce(told)
    if status_id is None:
        wait(event, TransientError("order_not_in_norce", counts=False))
        raise _unseen()
    wish = wish_of(status_id)
    if wish is None:
        _refuse_our_own(order, event, status_id)
        return inbox.note(event, NOTHING % {"word": _word(status_id)})
    with transaction.atomic():
        inbox.note(event, _cancel(order, wish))


def _wait_for_running(order: Order) -> None:
    if OutboxMessage.objects.filter(subject=order.subject, state=State.RUNNING).exists():
        raise TransientError("order_busy", retry_after=SOON, counts=False)


def _unseen() -> HoldError:
    return HoldError("cancel_unseen")


def _refuse_our_own(order: Order, event: InboxEvent, status_id: int) -> None:
    """Raise HoldError when a status that we told may have taken the place of the cancelled one in Norce."""
    since = event.received_at - OVERLAP
    told = OutboxMessage.objects.filter(subject=order.subject, kind="norce.order_status").exclude(
        state__in=(State.CANCELLED, State.SUPERSEDED)
    )
    # An answer may be lost, so one that was only begun counts too.
    late = told.filter(Q(started_at__gt=since) | Q(finished_at__gt=since))
    names = {message.payload.get("status", settings.NORCE_ACK_STATUS) for message in late}
    if any(OrderStatus.from_name(name).id == status_id for name in names.difference(ANSWERS)):
        raise HoldError("cancel_or_not")


def _cancel(order: Order, wish: OrderStatus) -> str:
    """Do what cancels the order where it is; return that in words. What is locked here no worker begins."""
    message = OutboxMessage.objects.select_for_update().get(key=f"{KIND}:{order.pk}")
    order = Order.objects.get(pk=order.pk)
    if order.status == Order.Status.CANCELLED:
        return CANCELLED
    try:
        return _ask_erp(order, wish) if order.erp_order_no else _stop(order, message, wish)
    except by_hand.NotAllowed as error:
        raise TransientError("order_busy", retry_after=SOON, counts=False) from error


def _ask_erp(order: Order, wish: OrderStatus) -> str:
    asked = OutboxMessage.objects.filter(key=erp_cancel_key(order)).first()
    if asked is None:
        put_erp_cancel(order, find_application(order).erp_connection.name, wish)
    elif not _asks_again(order, asked, wish):
        return ASKED_BEFORE % {"state": STATES[State(asked.state)]}
    return ASKED


def _asks_again(order: Order, asked: OutboxMessage, wish: OrderStatus) -> bool:
    """Have the ERP asked once more when Norce waits anew; what it still has to be told answers it as well."""
    answers = OutboxMessage.objects.filter(
        subject=order.subject, kind="norce.order_status", payload__status__in=ANSWERS, state__in=UNFINISHED
    )
    if wish != OrderStatus.WAITING_FOR_CANCEL or asked.state not in by_hand.RETRYABLE or answers.exists():
        return False
    payload = {"status": wish.value, "time": asked.payload.get("time", 1) + 1}
    OutboxMessage.objects.filter(pk=asked.pk).update(payload=payload)
    by_hand.retry(asked, by=NORCE, reason=REASON)
    return True


def _stop(order: Order, message: OutboxMessage, wish: OrderStatus) -> str:
    """Stop an order without an ERP number. What its ERP was asked for it may have without our hearing of it."""
    if message.system == UNTOLD:
        if message.state in by_hand.CANCELLABLE:
            by_hand.cancel(message, by=NORCE, reason=REASON)
        close(order, wish)
        return STOPPED
    if message.state in by_hand.RETRYABLE:
        by_hand.retry(message, by=NORCE, reason=f"{REASON} {LOOKED_FOR}")
    return LOOKS


def cancel_in_erp(message: OutboxMessage) -> None:
    """Cancel one order in its ERP, however often this is called; Norce is told if it waits for that.

    What the ERP refuses is a question for a person, in the ERP's own words; a Norce that waits is told
    CancelError. A lost answer is asked for again, because an ERP leaves a cancelled order as it is.
    """
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    if order.status == Order.Status.CANCELLED:
        return
    try:
        gateways.erp(find_application(order).erp_connection.name).cancel_order(order.erp_order_no, REASON)
    except PermanentError as error:
        if error.status is None:
            raise
        raise _refused(order, message, error) from error
    with transaction.atomic():
        close(order, message.payload["status"])


def _refused(order: Order, message: OutboxMessage, error: PermanentError) -> HoldError:
    if message.payload["status"] == OrderStatus.WAITING_FOR_CANCEL:
        put_status(order, OrderStatus.CANCEL_ERROR, time=message.payload.get("time", 1))
    return HoldError("cancel_refused", said=error)


def _word(status_id: int) -> str:
    try:
        return OrderStatus.from_id(status_id).value
    except ValueError:
        return STATUS % {"id": status_id}
