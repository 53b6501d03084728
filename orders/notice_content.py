"""What a mail to a buyer may show, made from what Norce says: pure, exact, with VAT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from connectors.errors import PermanentError
from connectors.norce.moments import parse_moment
from connectors.norce.types.events import OrderReceivedEvent
from connectors.norce.types.query import DeliveryNoteRow, OrderItemRow, OrderPersonRow, OrderRow

# Lines have the statuses of orders (inferred): one that is cancelled is neither shown nor counted.
CANCELLED = 6
CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Who the mail is from."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who the mail is to; ``name`` is the full name."""

    first_name: str
    name: str
    company: str


@dataclass(frozen=True, kw_only=True)
class Reference:
    """All that is known of an order that has only been received."""

    number: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of an order, freight too; price and amount with VAT, the rate in percent."""

    part_no: str
    name: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    vat_rate: Decimal
    in_bundle: bool


@dataclass(frozen=True, kw_only=True)
class VatRow:
    """What all lines of one VAT rate come to."""

    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True)
class Content:
    """An order; ``reference`` is the basket's number, by which the buyer has known it from the first."""

    number: str
    reference: str
    date: datetime | None
    currency: str
    lines: tuple[Line, ...]
    vat_rows: tuple[VatRow, ...]
    net: Decimal
    vat: Decimal
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the order goes; for a pick-up, the address that the order has for it."""

    name: str = ""
    care_of: str = ""
    line1: str = ""
    line2: str = ""
    zip_code: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Pickup:
    """Where the order waits: the drop point's code, as the event says it."""

    place: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A delivery note: ``partial`` when more is to come, ``tracking`` the numbers of its parcels."""

    number: str
    date: datetime | None
    partial: bool
    tracking: tuple[str, ...]


Names = Mapping[str, object]
"""The dataclasses that a template may show, by the names it has for them."""


def received(event: OrderReceivedEvent, *, shop: str) -> Names:
    """Return what the mail about a received order may show: the number, and nothing of its content (guide 001)."""
    name = _joined(event.first_name, event.last_name)
    return {
        "shop": Shop(name=shop),
        "buyer": Buyer(first_name=event.first_name or "", name=name, company=""),
        "order": Reference(number=event.client_order_ref),
    }


def ordered(order: OrderRow, *, shop: str, currency: str, country: str) -> Names:
    """Return what a mail about an order as Norce has it may show. Raises PermanentError for a line without amount."""
    lines = [_line(item) for item in order.items if item.status_id != CANCELLED]
    rows = vat_rows(lines)
    content = Content(
        number=order.order_no or "",
        reference=str(order.quotation_id or ""),
        date=parse_moment(order.order_date),
        currency=currency,
        lines=tuple(lines),
        vat_rows=rows,
        net=sum((row.net for row in rows), Decimal(0)),
        vat=sum((row.vat for row in rows), Decimal(0)),
        total=sum((line.amount for line in lines), Decimal(0)),
    )
    return {"shop": Shop(name=shop), "buyer": _buyer(order), "order": content, "address": _address(order, country)}


def pickup(place: str | None, order: OrderRow | None = None) -> Names:
    """Return what a mail about an order that waits shows besides: the place.

    Where the place is known and the order goes to the buyer's own address, no address: nobody picks up at home.
    """
    names: Names = {"pickup": Pickup(place=place or "")}
    if not place or order is None:
        return names
    homes = [person.address_line1 for person in (order.buyer, order.payer) if person]
    return {**names, "address": Address()} if _address(order, "").line1 in homes else names


def delivery(note: DeliveryNoteRow | None, *, partial: bool) -> Names:
    """Return what a mail about a delivery may show besides; without a note it has neither number nor tracking."""
    note = note or DeliveryNoteRow()
    numbers = [(package.shipping_no or "").strip() for package in note.packages]
    found = Delivery(
        number=note.note_no or "",
        date=parse_moment(note.delivery_date),
        partial=partial,
        tracking=tuple(dict.fromkeys(filter(None, numbers))),
    )
    return {"delivery": found}


def email_of(order: OrderRow) -> str:
    """Return the address that mails about an order go to: the buyer's, else the payer's, else ""."""
    people = (order.buyer, order.payer)
    return next((found for person in people if person and (found := (person.email_address or "").strip())), "")


def vat_rows(lines: Iterable[Line]) -> tuple[VatRow, ...]:
    """Return what the lines come to for each rate, the highest first.

    The lines' amounts are what the buyer reads and adds up, so VAT is taken out of their sum: net and
    VAT make the gross, and all gross amounts the total, to the öre.
    """
    sums: dict[Decimal, Decimal] = {}
    for line in lines:
        sums[line.vat_rate] = sums.get(line.vat_rate, Decimal(0)) + line.amount
    return tuple(_vat_row(rate, gross) for rate, gross in sorted(sums.items(), reverse=True))


def _vat_row(rate: Decimal, gross: Decimal) -> VatRow:
    vat = rounded(gross * rate / (HUNDRED + rate))
    return VatRow(rate=rate, net=gross - vat, vat=vat, gross=gross)


def _line(item: OrderItemRow) -> Line:
    if item.line_amount is None or item.vat_rate is None:
        raise PermanentError("mail_line", row=item.line_number)
    with_vat = 1 + item.vat_rate / HUNDRED
    return Line(
        part_no=item.part_no or "",
        name=item.product_name or item.part_no or "",
        quantity=item.qty_ordered or Decimal(0),
        price=rounded((item.price_sale or Decimal(0)) * with_vat),
        amount=rounded(item.line_amount * with_vat),
        vat_rate=item.vat_rate,
        in_bundle=item.parent_line_number is not None,
    )


def rounded(amount: Decimal) -> Decimal:
    """Return an amount in öre, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _buyer(order: OrderRow) -> Buyer:
    person = order.buyer or order.payer or OrderPersonRow()
    name = _joined(person.first_name, person.last_name)
    return Buyer(first_name=person.first_name or "", name=name, company=person.company_name or "")


def _address(order: OrderRow, country: str) -> Address:
    """Return where the order goes: who it is shipped to, else what the order itself says."""
    to = order.ship_to
    if to and to.address_line1:
        return Address(
            name=to.company_name or _joined(to.first_name, to.last_name),
            care_of=to.care_of or "",
            line1=to.address_line1,
            line2=to.address_line2 or "",
            zip_code=to.zip_code or "",
            city=to.city or "",
            country=country,
        )
    return Address(
        name=order.delivery_name or "",
        care_of=order.delivery_care_of or "",
        line1=order.delivery_address_line1 or "",
        line2=order.delivery_address_line2 or "",
        zip_code=order.delivery_zip_code or "",
        city=order.delivery_city or "",
        country=country,
    )


def country_id_of(order: OrderRow) -> int | None:
    """Return the id of the country of the address that the mail shows."""
    to = order.ship_to
    return to.country_id if to and to.address_line1 else order.delivery_country_id


def _joined(*names: str | None) -> str:
    return " ".join(filter(None, names))
