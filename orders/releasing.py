"""Let a held order go on: a person answers the question it is held for."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from connectors.catalogue.sentences import sentence
from hub import by_hand
from hub.models import OutboxMessage
from hub.models.work import State
from orders.models import Order
from orders.news import DELIVERY, INVOICE
from orders.sending import OTHER_SUM

RELEASED = sentence(gettext_noop("Released (%(code)s): %(reason)s"))


def held_work(subject: str) -> QuerySet[OutboxMessage]:
    """Return the work of an order that is held; the first of it has the question that is to be answered."""
    return OutboxMessage.objects.filter(subject=subject, state=State.HELD).order_by("pk")


def effects_of(message: OutboxMessage) -> tuple[str, ...]:
    """Return in words what the release of a held message does."""
    documents = {
        DELIVERY: _("Norce is told of the delivery, although the order is cancelled."),
        INVOICE: _("The invoice is registered in Norce, which captures the payment, although the order is cancelled."),
    }
    if message.error_code == OTHER_SUM:
        return (_("The order that the ERP has is taken as it is."),)
    if message.kind not in documents:
        return (_("The order is sent to the ERP."),)
    later = _("Norce is told of what the ERP delivers and invoices of this order later, too, without asking again.")
    return documents[message.kind], later


def question_of(message: OutboxMessage) -> str:
    """Return what names the question of a held message: to be held for another one it is tried once more."""
    return f"{message.pk}:{message.tries}"


def release(order: Order, *, question: str, by: str, reason: str) -> None:
    """Wave an order's question through and let it start again; kept with who and why.

    Raises NotAllowed when the order is not held for the ``question`` that was read (`question_of`), when that
    cannot be waved through (two matching customers must be sorted out), or without a reason.
    """
    with transaction.atomic():
        message = _held_for(order, question)
        row = Order.objects.select_for_update().get(pk=order.pk)
        row.released = sorted({*row.released, message.error_code})
        row.save(update_fields=["released"])
        why = RELEASED % {"code": message.error_code, "reason": reason} if reason.strip() else ""
        by_hand.retry(message, by=by, reason=why)


def _held_for(order: Order, question: str) -> OutboxMessage:
    message = held_work(order.subject).select_for_update().first()
    if message is None:
        raise by_hand.NotAllowed(_("Order %(number)s is not held.") % {"number": order})
    if question_of(message) != question:
        raise by_hand.NotAllowed(
            _("Order %(number)s is held for another question than the one you saw: look at it again.")
            % {"number": order}
        )
    if not message.is_releasable:
        raise by_hand.NotAllowed(
            _("Order %(number)s cannot be released: %(remedy)s") % {"number": order, "remedy": message.what_to_do}
        )
    return message
