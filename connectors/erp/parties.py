"""People and companies as an ERP keeps them, whatever its own API looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


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
