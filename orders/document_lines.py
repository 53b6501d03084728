"""What an order's page shows of its deliveries and money: each document, and how far Norce and the payment are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hub.admin.badges import badge
from orders import content
from orders.links_out import LinksOut
from orders.models import Capture, DeliveryNote, Invoice, Order

NOWHERE = LinksOut()
TONES = {Capture.State.CAPTURED: "good", Capture.State.ERROR: "bad", Capture.State.REQUESTED: "busy"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One document in a line; ``badges`` say where it stands, ``seen_at`` when the hub first saw it."""

    title: str
    made_at: datetime
    seen_at: datetime
    gone_at: datetime | None
    detail: str
    badges: tuple[SafeString, ...]
    url: str = ""


def lines(order: Order, outside: LinksOut = NOWHERE) -> list[Line]:
    """Return an order's documents, oldest first, with their addresses outside; three statements.

    What has not come to the ERP has none.
    """
    if not order.erp_order_no and order.status == Order.Status.RECEIVED:
        return []
    notes = map(_note, DeliveryNote.objects.filter(order=order))
    invoices = Invoice.objects.filter(order=order).prefetch_related("captures")
    found = [*notes, *(_invoice(invoice, outside.invoice(invoice.number)) for invoice in invoices)]
    return sorted(found, key=lambda line: line.made_at)


def _note(note: DeliveryNote) -> Line:
    parcels = ", ".join(parcel.number for parcel in content.parcels(note.content))
    return Line(
        title=_("Delivery note %(number)s") % {"number": note.number},
        made_at=note.made_at,
        seen_at=note.created_at,
        gone_at=note.gone_at,
        detail=parcels,
        badges=(_in_norce(note.sent_at), *_gone(note.gone_at)),
    )


def _invoice(invoice: Invoice, url: str) -> Line:
    captures = sorted(invoice.captures.all(), key=lambda one: one.pk)
    sent = captures[-1].sent_at if captures else None
    money = tuple(_payment(one) for one in captures if one.state)
    return Line(
        title=f"{invoice.get_kind_display()} {invoice.number}",
        made_at=invoice.made_at,
        seen_at=invoice.created_at,
        gone_at=invoice.gone_at,
        detail=f"{number_format(invoice.total, 2)} {invoice.currency}",
        badges=(_in_norce(sent), *money, *_gone(invoice.gone_at)),
        url=url,
    )


def _in_norce(moment: datetime | None) -> SafeString:
    return badge(_("In Norce"), "good") if moment else badge(_("waits"), "busy")


def _payment(capture: Capture) -> SafeString:
    """Say how the payment of an invoice stands; of a credit Norce tells no end."""
    return badge(capture.get_state_display(), TONES.get(Capture.State(capture.state), "plain"))


def _gone(moment: datetime | None) -> tuple[SafeString, ...]:
    return (badge(_("gone from the ERP"), "wait"),) if moment else ()
