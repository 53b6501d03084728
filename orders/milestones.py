"""The moments of an order that it and its documents tell themselves: from its arrival to the end of its contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from connectors.moments import clock
from hub.entries import Entry
from orders.document_lines import Line
from orders.models import Order


def milestones(order: Order, documents: Iterable[Line]) -> Iterator[Entry]:
    """Yield what is known of the order's way, each once."""
    arrived = _("as %(format)s") % {"format": order.get_format_display()}
    told = (
        (order.received_at, _("Received from Norce"), arrived, "good"),
        (order.erp_ordered_at, _("The ERP has the order"), _in_erp(order), "good"),
        (order.acknowledged_at, _("Norce knows that the ERP has the order"), "", "good"),
        (order.gone_at, _("The ERP has the order no more"), "", "wait"),
        (order.erased_at, _("Personal data was erased"), "", "plain"),
    )
    for at, title, text, tone in told:
        if at:
            yield Entry(at=at, kind="milestone", title=title, text=text, tone=tone)
    for line in documents:
        yield from _of_document(line)


def _in_erp(order: Order) -> str:
    customer = _("customer %(code)s") % {"code": order.customer_code} if order.customer_code else ""
    return ", ".join(filter(None, (order.erp_order_no, customer)))


def _of_document(line: Line) -> Iterator[Entry]:
    made = _("made %(when)s") % {"when": clock(line.made_at)}
    text = ", ".join(filter(None, (line.detail, made)))
    yield Entry(at=line.seen_at, kind="document", title=_("From the ERP: %(what)s") % {"what": line.title}, text=text)
    if line.gone_at:
        gone = _("The ERP has it no more: %(what)s") % {"what": line.title}
        yield Entry(at=line.gone_at, kind="document", title=gone, tone="wait")
