"""What an order's page shows: its rows, its buyer with e-mail and phone masked, its time-line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors.erp.base import ErpAddress
from connectors.errors import HubError
from connectors.norce.types.orders import ClientCustomer, OrderItem, OrderRequest, Person
from connectors.redaction import MASK, redact_body
from customers.mapping import phone, to_address
from hub.admin.badges import badge, state_badge
from hub.admin.links import item_url
from hub.admin.trouble import Trouble, trouble_of
from hub.durations import in_words
from hub.models import Application, OutboxMessage
from hub.models.work import TROUBLED, ErrorKind, State
from hub.timeline import Entry, timeline, work_title
from orders.contents import read_request
from orders.missing import mapping_links
from orders.models import Order
from orders.standing import standing
from orders.sums import quantity, row_amount

CALMEST_GAP = 1.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the order as it came from Norce; price and VAT per unit, amount with VAT."""

    part_no: str
    text: str
    quantity: Decimal
    price: Decimal
    vat: Decimal
    vat_rate: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Party:
    """A buyer or receiver as staff may see them."""

    title: str
    address: ErpAddress
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An entry of the time-line and how long after the one before it came."""

    entry: Entry
    after: str


def page(order: Order) -> dict[str, Any]:
    """Return the template's variables for one order."""
    messages = list(OutboxMessage.objects.filter(subject=order.subject).order_by("pk"))
    application = Application.objects.select_related("erp_connection").filter(key=order.application_key).first()
    request, unreadable = _read(order)
    stands = standing(order, {message.state for message in messages})
    return {
        "order": order,
        "application": application,
        "badge": badge(stands.word, stands.tone),
        "trouble": _trouble(messages, request, application),
        "moments": list(moments(order)),
        "rows": [_row(item) for item in request.items] if request else [],
        "parties": _parties(request) if request else [],
        "payments": request.payments if request else (),
        "comment": request.customer_order_comment if request else "",
        "unreadable": unreadable,
        "work": [_work(message) for message in messages],
        "body": redact_body(bytes(order.body)),
    }


def moments(order: Order) -> Iterator[Moment]:
    """Return the order's time-line from its receipt on, with the time between entries."""
    received = Entry(
        at=order.received_at,
        kind="received",
        title=_("Received from Norce"),
        text=_("as %(format)s") % {"format": order.get_format_display()},
        tone="good",
    )
    entries = timeline(order.subject, first=(received,))
    if entries:
        yield Moment(entry=entries[0], after="")
    for before, entry in pairwise(entries):
        span = entry.at - before.at
        yield Moment(entry=entry, after=in_words(span) if span.total_seconds() >= CALMEST_GAP else "")


def mask_email(email: str | None) -> str:
    """Return an e-mail address with only its first letter and its domain legible."""
    name, at, domain = (email or "").partition("@")
    return f"{name[:1]}{MASK}@{domain}" if at else ""


def mask_phone(number: str | None) -> str:
    """Return a phone number with only its last three digits legible."""
    return f"{MASK}{number[-3:]}" if number else ""


def _read(order: Order) -> tuple[OrderRequest | None, str]:
    try:
        return read_request(order), ""
    except HubError as error:
        return None, str(error)
    except RecursionError:
        return None, _("The order is nested too deeply to be shown.")


def _trouble(
    messages: Iterable[OutboxMessage], request: OrderRequest | None, application: Application | None
) -> Trouble | None:
    """The first message that is stopped matters; those behind it only wait for it."""
    ranked = sorted(messages, key=lambda message: (message.state not in TROUBLED, message.pk))
    for message in ranked:
        links = mapping_links(request, application) if _lacks_mapping(message) and request and application else ()
        found = trouble_of(message, links=links)
        if found:
            return found
    return None


def _lacks_mapping(message: OutboxMessage) -> bool:
    return message.state in TROUBLED and message.error_kind == ErrorKind.MAPPING


def _row(item: OrderItem) -> Row:
    return Row(
        part_no=item.erp_part_no or item.part_no or "",
        text=item.description or "",
        quantity=quantity(item),
        price=item.unit_price or Decimal(0),
        vat=item.unit_vat or Decimal(0),
        vat_rate=item.vat_rate or Decimal(0),
        amount=row_amount(item),
    )


def _parties(request: OrderRequest) -> list[Party]:
    """Return buyer, payer and receiver; those that are the same person at the same place once."""
    named = (
        (_("Buyer"), request.sell_to),
        (_("Invoice to"), request.bill_to),
        (_("Deliver to"), request.ship_to),
    )
    parties: list[Party] = []
    for title, customer in named:
        party = _party(title, customer)
        if customer and not any(party.address == known.address for known in parties):
            parties.append(party)
    return parties


def _party(title: str, customer: ClientCustomer | None) -> Party:
    person = (customer.person if customer else None) or Person()
    return Party(
        title=title,
        address=to_address(customer),
        email=mask_email(person.email),
        phone=mask_phone(phone(person)),
    )


def _work(message: OutboxMessage) -> tuple[str, str, SafeString, OutboxMessage]:
    return work_title(message.kind), item_url(message), state_badge(message), message


def releasable(order: Order) -> OutboxMessage | None:
    """Return the message that waits for an answer that Release gives, if any."""
    rows = OutboxMessage.objects.filter(subject=order.subject, state=State.HELD).order_by("pk")
    message = rows.first()
    return message if message and message.hold_code else None
