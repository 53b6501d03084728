"""What an ERP has made of an order: its rows, deliveries, invoices and credit notes, as they are now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from connectors.erp.parties import ErpAddress

ZERO = Decimal(0)


class ErpStatus(StrEnum):
    """Where the ERP says an order stands, in words that every ERP can be translated to.

    OPEN is an order that the ERP has and says no more about; CONFIRMED one that somebody there has confirmed,
    which matters where it was only acknowledged at first. What is delivered and invoiced follows from the documents;
    the last three are for an ERP that keeps no such documents, or no rows of an order that is finished.
    """

    ALLOCATION = "allocation"
    CONFIRMED = "confirmed"
    OPEN = "open"
    BACK_ORDER = "back_order"
    READY_FOR_PICKUP = "ready_for_pickup"
    CANCELLED = "cancelled"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    INVOICED = "invoiced"


class ParcelStatus(StrEnum):
    """What has become of a parcel."""

    SENT = "sent"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKED_UP = "picked_up"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class ErpRow:
    """A row of the order and how far it has come; quantities in the order's unit. ``line_no`` is the one we sent.

    A fee is invoiced and never delivered.
    """

    line_no: int
    part_no: str
    ordered: Decimal
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    cancelled: Decimal = ZERO
    is_fee: bool = False
    status: ErpStatus | None = None

    @property
    def to_invoice(self) -> Decimal:
        """What is still to be invoiced."""
        return max(self.ordered - self.cancelled - self.invoiced, ZERO)


@dataclass(frozen=True, kw_only=True)
class ErpDocumentRow:
    """A row of a delivery, an invoice or a credit note. Prices per unit exclude VAT, ``vat_rate`` is in percent.

    ``line_no`` is the order's row, None where the ERP cannot tell. Quantities of credits are positive.
    """

    part_no: str
    quantity: Decimal
    line_no: int | None = None
    description: str = ""
    unit_price: Decimal = ZERO
    unit_vat: Decimal = ZERO
    vat_rate: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class ErpParcel:
    """A parcel with its tracking number."""

    number: str
    status: ParcelStatus = ParcelStatus.SENT


@dataclass(frozen=True, kw_only=True)
class ErpDelivery:
    """A delivery that has left: a delivery note, full or partial."""

    number: str
    delivered_at: datetime
    rows: tuple[ErpDocumentRow, ...]
    parcels: tuple[ErpParcel, ...] = ()
    address: ErpAddress = field(default_factory=ErpAddress)
    method: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpInvoice:
    """A posted invoice. ``total`` includes VAT and rounding and is what is to be captured."""

    number: str
    invoiced_at: datetime
    due_at: datetime
    currency: str
    total: Decimal
    rows: tuple[ErpDocumentRow, ...]


@dataclass(frozen=True, kw_only=True)
class ErpCredit:
    """A posted credit note of one invoice. ``total`` is positive, includes VAT and is what is to be paid back."""

    number: str
    credited_invoice: str
    credited_at: datetime
    currency: str
    total: Decimal
    rows: tuple[ErpDocumentRow, ...]


@dataclass(frozen=True, kw_only=True)
class ErpOrderNews:
    """An order of the ERP with all its documents; ``infos`` are texts for the shop by our own names.

    Documents come in the order in which they were made. ``customer_code`` is whose it is, "" where the ERP
    does not tell.
    """

    number: str
    reference: str
    status: ErpStatus
    customer_code: str = ""
    rows: tuple[ErpRow, ...] = ()
    deliveries: tuple[ErpDelivery, ...] = ()
    invoices: tuple[ErpInvoice, ...] = ()
    credits: tuple[ErpCredit, ...] = ()
    infos: tuple[tuple[str, str], ...] = ()

    @property
    def is_invoiced_in_full(self) -> bool:
        """Whether nothing is left to invoice; of an order without rows (any more) the status tells."""
        if not self.rows:
            return self.status == ErpStatus.INVOICED
        return all(row.to_invoice == ZERO for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class NewsPage:
    """Some orders that have changed, by a key that never changes. ``next`` is where the following page begins.

    ``unreadable`` are the numbers of orders that the adapter could not read, each with the reason, so that one odd
    order does not stop the others.
    """

    orders: tuple[ErpOrderNews, ...]
    next: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ErpOrderSummary:
    """An order in a buyer's history; ``total`` includes VAT."""

    number: str
    reference: str
    customer_code: str
    status: ErpStatus
    ordered_at: datetime
    currency: str
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """Some orders of a buyer, the latest first. ``next`` is where the following page begins, "" at the end."""

    orders: tuple[ErpOrderSummary, ...]
    next: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpTotals:
    """How many orders of ours the ERP has, and what they come to by currency, VAT included."""

    count: int
    sums: tuple[tuple[str, Decimal], ...] = ()
