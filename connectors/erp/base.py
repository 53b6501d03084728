"""The Erp protocol and its dataclasses: what the hub asks of any ERP, whatever its own API looks like.

An adapter is one file with one class. It translates these calls to its ERP and every failure to one
of `connectors.errors`; it keeps no state of its own and never repeats a write by itself, because the
hub looks (`find_order`, `find_parties`) before it writes again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class PartyKind(StrEnum):
    """Most ERPs keep both in one register (Tryton, Business Central, Fortnox); Norce separates them."""

    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, kw_only=True)
class ErpAddress:
    """A postal address. ``country`` is ISO 3166-1 alpha-2; empty text means absent throughout."""

    name: str = ""
    care_of: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""
    gln: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpParty:
    """A customer of the ERP: a person or a company. ``code`` is the ERP's number, empty before it exists."""

    kind: PartyKind
    name: str
    code: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    cell_phone: str = ""
    organisation_no: str = ""
    vat_no: str = ""
    currency: str = ""
    address: ErpAddress = field(default_factory=ErpAddress)


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
    """An order that the ERP has: its number and the reference it was created with."""

    number: str
    reference: str
    customer_code: str = ""


class Erp(Protocol):
    """What the hub needs from an ERP.

    Every method makes outside calls, so none may be used inside a database transaction. All raise
    TransientError (worth repeating; ``outcome_unknown`` when a write may have happened),
    PermanentError (refused: the text is shown to people) or ConfigError (address, password, rights).
    """

    def ping(self) -> str:
        """Answer who is there, as a short text for people; raise when it cannot be used."""

    def find_parties(
        self,
        kind: PartyKind,
        *,
        code: str = "",
        email: str = "",
        organisation_no: str = "",
        vat_no: str = "",
    ) -> list[ErpParty]:
        """Return the active customers that have any one of the given identifiers, compared exactly.

        Case is ignored in e-mail addresses, everything but letters and digits in the two numbers.
        The adapter compares once more itself where the ERP searches loosely (Fortnox: ILIKE).
        """

    def create_party(self, party: ErpParty) -> str:
        """Create a customer and return the code the ERP gave it. Not idempotent: search first."""

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Return the order with our reference, wherever the ERP keeps it by now (orders, drafts,
        invoices), or None. Two of them are a PermanentError that names both."""

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create the order so that the ERP will deliver it, or finish one that an earlier try left
        half made. Never called before `find_order` has said None."""
