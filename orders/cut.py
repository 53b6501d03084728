"""An order whose rest is cut after its last invoice: no further call to Norce can say that it was the last."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpOrderNews
from hub import alerts
from hub.models import OutboxMessage
from hub.models.work import UNFINISHED
from orders import states
from orders.models import Capture, Invoice, Order

NOTHING_LEFT = sentence(_("Nothing is left to invoice."))
SUBJECT = sentence(_("The rest of order %(order)s was cut after its last invoice"))
TEXT = sentence(
    _(
        "Norce does not know that nothing more will be invoiced of %(number)s, so the rest of what the buyer reserved "
        "stays reserved until it lapses. Release it at the payment provider, or in Norce Admin."
    )
)


def note(order: Order, news: ErpOrderNews) -> list[str]:
    """Let an order be invoiced of which nothing is left to invoice or to tell; return that in words, if it is new.

    Its last invoice went to Norce as one of several, so the rest of the reservation stays reserved until it
    lapses: the operators are told. Called in the news' transaction, and does nothing while an invoice is on its way.
    """
    return [NOTHING_LEFT] if news.is_invoiced_in_full and _end(order) else []


def note_told(message: OutboxMessage, order: Order) -> None:
    """Do the same at the end of the message of an invoice, which the news may have found on its way."""
    with transaction.atomic():
        row = Order.objects.select_for_update().defer("body").get(pk=order.pk)
        if row.invoiced_in_full:
            _end(row, but=message.pk)


def _end(order: Order, *, but: int = 0) -> bool:
    """Let an order be invoiced unless an invoice of it waits, ``but`` one; return False where nothing is to be done."""
    told = Capture.objects.filter(invoice__order=order, invoice__kind=Invoice.Kind.INVOICE, sent_at__isnull=False)
    captures = told.filter(invoice__gone_at=None)
    waiting = OutboxMessage.objects.filter(subject=order.subject, kind="norce.invoice", state__in=UNFINISHED)
    if not states.may_follow(Order.Status.INVOICED, order.status) or waiting.exclude(pk=but).exists():
        return False
    if told.filter(is_last=True).exists() or not captures.exists():
        return False
    states.advance(order, Order.Status.INVOICED)
    if captures.filter(suppress=False).exists():
        _tell(order)
    return True


def _tell(order: Order) -> None:
    alerts.put(
        key=f"rest:{order.pk}",
        subject=SUBJECT % {"order": order},
        text=TEXT % {"number": order.erp_order_no},
        path=f"/admin/orders/order/{order.pk}/change/",
    )
