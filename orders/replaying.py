"""Send an order that has stopped on its way to the ERP: mapped again with today's mappings, or as it was."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from connectors.catalogue.sentences import sentence
from connectors.errors import HubError
from hub import by_hand
from hub.models import OutboxMessage
from orders import recorded
from orders.models import Order
from orders.sending import find_application
from orders.storing import KIND

AS_SENT = sentence(gettext_noop("Sent as it was: %(reason)s"))
MAPPED_AGAIN = sentence(gettext_noop("Mapped again: %(reason)s"))


def replay(order: Order, *, as_sent: bool, by: str, reason: str) -> None:
    """Let the order start again, ``as_sent`` as it was mapped the last time; kept with who, how and why.

    The ERP is asked for our reference before it is given the order (`orders.sending`), so it has one order
    however often this is done. Raises NotAllowed for an order that has not stopped, that the ERP has already,
    or of which nothing usable is kept; and without a reason.
    """
    how = AS_SENT if as_sent else MAPPED_AGAIN
    why = how % {"reason": reason.strip()} if reason.strip() else ""
    with transaction.atomic():
        message = stopped(order)
        if as_sent:
            _refuse_unusable(order)
        by_hand.retry(message, by=by, reason=why)
        OutboxMessage.objects.filter(pk=message.pk).update(payload={recorded.ASKED: why} if as_sent else {})


def stopped(order: Order) -> OutboxMessage:
    """Return the stopped message that brings an order to its ERP; raise NotAllowed, saying why there is none."""
    number = Order.objects.values_list("erp_order_no", flat=True).get(pk=order.pk)
    if number:
        raise by_hand.NotAllowed(
            _("The ERP has the order already, as %(number)s: it is not sent again.") % {"number": number}
        )
    message = OutboxMessage.objects.filter(subject=order.subject, kind=KIND).first()
    if message is None or not is_stopped_on_its_way(message):
        raise by_hand.NotAllowed(_("The order has not stopped on its way to the ERP: there is nothing to send again."))
    return message


def is_stopped_on_its_way(message: OutboxMessage) -> bool:
    """Return whether a message is one that brings an order to its ERP, and has stopped."""
    return message.kind == KIND and message.state in by_hand.RETRYABLE


def _refuse_unusable(order: Order) -> None:
    try:
        recorded.last(order, find_application(order).erp_connection.name)
    except HubError as error:
        raise by_hand.NotAllowed(error.told) from error
