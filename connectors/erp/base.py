"""The Erp protocol and its dataclasses: what the hub asks of any ERP, whatever its own API looks like.

An adapter is one file with one class. It translates these calls to its ERP and every failure to one
of `connectors.errors`; it keeps no state of its own and never repeats a write by itself, because the
hub looks (`find_order`, `find_parties`) before it writes again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class PartyKind(StrEnum):
    """Most ERPs keep both in one register (Tryton, Business Central, Fortnox); Norce separates them.

    ANY is what an adapter says when its ERP does not tell; the connection's rule decides then.
    """

    PERSON = "person"
    COMPANY = "company"
    ANY = "any"


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
    code: str = ""
    primary: bool | None = None
    validated: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ErpRelation:
    """A person's company by its code in the ERP; ``primary`` marks the one the person usually buys for."""

    code: str
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class ErpContact:
    """A person of a company. ``code`` is single in the whole ERP, not only within the company."""

    code: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    cell_phone: str = ""
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ErpChoice:
    """Something given to a customer by its code: a flag, a delivery or payment method.

    ``settings`` is a payment method's code of how its invoices are captured.
    """

    code: str
    active: bool = True
    settings: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpPriceList:
    """A price list of the customer's own; an exclusive one is the only one that counts."""

    code: str
    exclusive: bool = False


@dataclass(frozen=True, kw_only=True)
class ErpLogin:
    """A login of the customer; ``roles`` are codes that exist in the shop."""

    name: str
    active: bool = True
    roles: tuple[str, ...] | None = None


class DiscountKind(StrEnum):
    """What a company's discount applies to."""

    CATEGORY = "category"
    CLASS = "class"
    FLAG = "flag"


@dataclass(frozen=True, kw_only=True)
class ErpDiscount:
    """A company's discount in percent on what ``code`` names; ``price_list_types`` is comma-separated."""

    kind: DiscountKind
    code: str
    percent: Decimal
    price_list_types: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpLogo:
    """A company's logo; ``file_type`` is a file info set up in Norce, ``changed_at`` ISO 8601."""

    code: str
    url: str
    file_type: str = "MainImage"
    filename: str = ""
    changed_at: str = ""


@dataclass(frozen=True, kw_only=True)
class ErpParty:
    """A customer of the ERP: a person or a company. ``code`` is the ERP's number, empty before it exists.

    A list that is None is one the ERP does not keep: Norce's stays as it is. An empty one says there
    is nothing in it. ``infos`` are pairs of code and value.
    """

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
    active: bool = True
    title: str = ""
    middle_name: str = ""
    social_security_number: str = field(default="", repr=False)
    crm_id: str = ""
    parent_code: str = ""
    addresses: tuple[ErpAddress, ...] | None = None
    companies: tuple[ErpRelation, ...] | None = None
    contacts: tuple[ErpContact, ...] | None = None
    price_lists: tuple[ErpPriceList, ...] | None = None
    flags: tuple[ErpChoice, ...] | None = None
    infos: tuple[tuple[str, str], ...] | None = None
    logins: tuple[ErpLogin, ...] | None = None
    delivery_methods: tuple[ErpChoice, ...] | None = None
    payment_methods: tuple[ErpChoice, ...] | None = None
    discounts: tuple[ErpDiscount, ...] | None = None
    logo: ErpLogo | None = None


@dataclass(frozen=True, kw_only=True)
class PartyPage:
    """Some customers, in the order of the ERP's own key. ``next`` is where the following page begins, "" at the end.

    ``total`` is how many the whole listing has, if the ERP says so.
    """

    parties: tuple[ErpParty, ...]
    next: str = ""
    total: int | None = None


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

    def list_parties(
        self, kind: PartyKind, *, since: datetime | None = None, after: str = "", limit: int = 1000
    ) -> PartyPage:
        """Return one page of the register, inactive customers too: all, or what was changed at or after ``since``.

        ``kind`` is ANY where the ERP does not separate. Pages go by a key that never changes
        (keyset), never by position: what is made, changed or deleted while the pages are read must
        neither hide a record nor show one twice. ``after`` is the ``next`` of the page before.
        """

    def create_party(self, party: ErpParty) -> str:
        """Create a customer and return the code the ERP gave it. Not idempotent: search first."""

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Return the order with our reference, wherever the ERP keeps it by now (orders, drafts,
        invoices), or None. Two of them are a PermanentError that names both."""

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create the order so that the ERP will deliver it, or finish one that an earlier try left
        half made. Never called before `find_order` has said None."""
