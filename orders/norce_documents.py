"""Documents of the ERP → Norce's delivery note, invoice and credit: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.erp.base import ErpAddress, ErpDocumentRow, ErpParcel, ParcelStatus
from connectors.norce.message import UNSET, Omittable
from connectors.norce.types.order_updates import (
    CreditInvoice,
    DeliveryNote,
    DeliveryNoteItem,
    DeliveryNotePackage,
    Invoice,
    InvoiceItem,
    OrderStatus,
    PackageStatus,
)
from connectors.norce.types.orders import Address, Payment
from orders.identifying import basket_id

PARCELS = {
    # A parcel that is on its way is delivered in Norce's words: the ERP is done with it.
    ParcelStatus.SENT: PackageStatus.DELIVERED,
    ParcelStatus.READY_FOR_PICKUP: PackageStatus.READY_FOR_PICKUP,
    ParcelStatus.PICKED_UP: PackageStatus.PICKED_UP,
    ParcelStatus.CANCELLED: PackageStatus.CANCELLED,
}


# Where the rows of a delivery are numbered that belong to none of the order: behind all of its rows.
UNORDERED = 10_000


@dataclass(frozen=True, kw_only=True)
class Reference:
    """How Norce knows an order: by its own number, where that is one (orders.md P1), and by the ERP's."""

    client_order_ref: str
    source: str
    erp_order_no: str

    @property
    def number(self) -> Omittable[int]:
        """The basket's id as a number of 32 bits; UNSET for another source's number."""
        return basket_id(self.client_order_ref, self.source) or UNSET


@dataclass(frozen=True, kw_only=True)
class Head:
    """What an invoice and a credit say beside their rows; ``rounding`` is what the total has more than the rows."""

    number: str
    made_at: datetime
    due_at: datetime
    currency: str
    culture: str
    application_key: str
    country: str
    group: str
    rounding: Decimal
    is_last: bool
    suppress: bool


def delivery_note(
    *,
    order_no: str,
    number: str,
    delivered_at: datetime,
    completes: bool,
    rows: Sequence[ErpDocumentRow],
    parcels: Iterable[ErpParcel],
    address: ErpAddress,
    method: str,
) -> DeliveryNote:
    """Return a delivery note. Norce moves the order by itself, so no status goes beside it (orders.md § 3).

    ``order_no`` is the ERP's number, which must have been reported: a delivery note has no other reference.
    """
    return DeliveryNote(
        order_no=order_no,
        note_no=number,
        delivery_date=delivered_at,
        status_id=(OrderStatus.DELIVERED if completes else OrderStatus.PARTLY_DELIVERED).id,
        delivery_name=address.name or UNSET,
        delivery_address=_address(address),
        delivery_mode=method or UNSET,
        delivery_note_items=tuple(_delivered(place, row) for place, row in enumerate(rows, start=1)),
        delivery_note_packages=tuple(_parcel(parcel) for parcel in parcels) or UNSET,
    )


def invoice(*, order: Reference, head: Head, rows: Iterable[ErpDocumentRow], payment: Payment | None) -> Invoice:
    """Return an invoice, which captures ``payment``; its items are always there (mandatory for a capture)."""
    return Invoice(items=tuple(map(_invoiced, rows)), **_shared(order, head, payment))


def credit(
    *, order: Reference, head: Head, credited: str, rows: Iterable[ErpDocumentRow], payment: Payment | None, sign: int
) -> CreditInvoice:
    """Return a credit of the invoice ``credited``.

    ``sign`` 1 or -1 is that of the rows and their rounding, which Norce does not document (orders.md § 11):
    a setting. ``payment`` goes as it is: how much is given back.
    """
    return CreditInvoice(
        credited_invoice_no=credited,
        items=tuple(_signed(_invoiced(row), sign) for row in rows),
        **_shared(order, replace(head, rounding=sign * head.rounding), payment),
    )


def _shared(order: Reference, head: Head, payment: Payment | None) -> dict[str, Any]:
    """The members that an invoice and a credit have in common."""
    return {
        "client_order_ref": order.number,
        "erp_order_no": order.erp_order_no,
        "invoice_no": head.number,
        "invoice_date": head.made_at,
        "invoice_due_date": head.due_at,
        "delivery_date": head.made_at,
        "currency_code": head.currency,
        "culture_code": head.culture or UNSET,
        "country_code": head.country or UNSET,
        "application_key": head.application_key,
        "group_code": head.group or UNSET,
        "invoice_round_off": head.rounding or UNSET,
        "is_last_invoice_for_order": head.is_last,
        "suppress_psp_call": head.suppress,
        "payment": payment or UNSET,
    }


def rounding(total: Decimal, rows: Iterable[ErpDocumentRow]) -> Decimal:
    """Return what a document's total has more than its rows come to, VAT included, to the hundredth."""
    worth = sum(((row.unit_price + row.unit_vat) * row.quantity for row in rows), Decimal(0))
    return (total - worth).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _delivered(place: int, row: ErpDocumentRow) -> DeliveryNoteItem:
    return DeliveryNoteItem(
        item_no=row.part_no,
        qty=row.quantity,
        row_number=Decimal(UNORDERED + place if row.line_no is None else row.line_no),
        description=row.description[:255] or UNSET,
    )


def _parcel(parcel: ErpParcel) -> DeliveryNotePackage:
    return DeliveryNotePackage(parcel_number=parcel.number, status_id=PARCELS[parcel.status])


def _invoiced(row: ErpDocumentRow) -> InvoiceItem:
    """A quantity is whole in an invoice (orders.md P11): of a broken one the row goes as one piece with its price."""
    whole = row.quantity == row.quantity.to_integral_value()
    factor = Decimal(1) if whole else row.quantity
    return InvoiceItem(
        part_no=row.part_no,
        quantity=int(row.quantity) if whole else 1,
        unit_price=row.unit_price * factor,
        unit_vat=row.unit_vat * factor,
        vat_rate=row.vat_rate,
        line_no=UNSET if row.line_no is None else Decimal(row.line_no),
        description=row.description or UNSET,
    )


def _signed(item: InvoiceItem, sign: int) -> InvoiceItem:
    return item if sign > 0 else replace(item, quantity=-item.quantity)


def _address(address: ErpAddress) -> Omittable[Address]:
    if not (address.line1 or address.city or address.postal_code):
        return UNSET
    return Address(
        line1=address.line1 or None,
        line2=address.line2 or None,
        care_of=address.care_of or None,
        zip_code=address.postal_code or None,
        city=address.city or None,
        region=address.region or None,
        country=address.country or None,
    )
