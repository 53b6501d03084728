"""An order whose rest is cut after its last invoice: no further call to Norce can say that it was the last."""

from __future__ import annotations

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
    lapses: the operators are told. ``order`` is as it was before the news. Called in the news' transaction.
    """
    is_new = news.is_invoiced_in_full and not order.invoiced_in_full
    if not is_new or not states.may_follow(Order.Status.INVOICED, order.status):
        return []
    captures = Capture.objects.filter(
        invoice__order=order, invoice__kind=Invoice.Kind.INVOICE, invoice__gone_at=None, sent_at__isnull=False
    )
    waiting = OutboxMessage.objects.filter(subject=order.subject, kind="norce.invoice", state__in=UNFINISHED)
    if not captures.exists() or waiting.exists():
        return []
    states.advance(order, Order.Status.INVOICED)
    if captures.filter(suppress=False).exists():
        _tell(order)
    return [NOTHING_LEFT]


def _tell(order: Order) -> None:
    alerts.put(
        key=f"rest:{order.pk}",
        subject=SUBJECT % {"order": order},
        text=TEXT % {"number": order.erp_order_no},
        path=f"/admin/orders/order/{order.pk}/change/",
    )
