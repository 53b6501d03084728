"""An order as the ERP shall create it, and what it says of one that it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from connectors.erp.parties import ErpAddress


@dataclass(frozen=True, kw_only=True)
class ErpOrderLine:
    """One row. Prices are per unit in the order's currency, excluding VAT; ``vat_rate`` is in percent.

    ``known`` is False for an article that the shop sells and the ERP has not heard of (Norce type
    ``Standard``); ``is_fee`` marks freight and fees, which many ERPs keep as services or charges.
    """

    line_no: int
    part_no: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    unit_vat: Decimal
    vat_rate: Decimal
    parent_line_no: int | None = None
    unit: str = ""
    discount: Decimal = Decimal(0)
    is_fee: bool = False
    known: bool = True
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpPayment:
    """A reservation or payment made at checkout; ``reference`` is the payment provider's."""

    method: str
    amount: Decimal
    currency: str
    reference: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpOrder:
    """An order as the ERP shall create it.

    ``reference`` is the hub's idempotency key: at most 35 characters (Business Central's
    externalDocumentNumber is the narrowest), the same for every try, different for every order.
    ``total`` is what the buyer pays, including VAT and rounding.
    """

    reference: str
    customer_code: str
    currency: str
    total: Decimal
    lines: tuple[ErpOrderLine, ...]
    payments: tuple[ErpPayment, ...] = ()
    bill_to: ErpAddress = field(default_factory=ErpAddress)
    ship_to: ErpAddress = field(default_factory=ErpAddress)
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    buyer_reference: str = ""
    invoice_reference: str = ""
    comment: str = ""
    delivery_method: str = ""
    pickup_point: str = ""
    ship_complete: bool = False
    sales_contact: str = ""
    sales_division: str = ""
    ordered_at: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpOrderRef:
    """An order that the ERP has: its number and the reference it was created with.

    ``total`` is what it comes to there, including VAT; None where the ERP does not tell it along with the number.
    """

    number: str
    reference: str
    customer_code: str = ""
    total: Decimal | None = field(default=None, compare=False)
