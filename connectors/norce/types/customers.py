"""What we send to the Customer Service: people, companies, and the header that says what may change.

Nothing but identifiers is required by the contract; everything else defaults to UNSET.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Self

from connectors.norce.message import (
    UNSET,
    Clearable,
    Message,
    Omittable,
    Text2,
    Text10,
    Text50,
    Text100,
    Text255,
    alias,
)
from connectors.norce.numbered import NumberedName


class CustomerType(IntEnum):
    """What a person is to the shop."""

    CUSTOMER = 1
    COMPANY_CONTACT = 2


class AccountStatus(NumberedName):
    """Whether a login works."""

    ACTIVE = ("Active", 1)
    INACTIVE = ("Inactive", 2)


class DiscountType(IntEnum):
    """What a company's discount applies to; the contract takes the number only."""

    CATEGORY = 1
    PRODUCT_DISCOUNT_CLASS = 2
    PRODUCT_FLAG = 3


@dataclass(frozen=True, kw_only=True)
class Info(Message):
    """A value of the client's own; neither member may be empty."""

    code: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Flag(Message):
    """A flag. ``is_limited_update`` saves it only when new or last changed by the same account."""

    code: str
    is_active: Clearable[bool] = UNSET
    is_create_only: Clearable[bool] = UNSET
    is_limited_update: Clearable[bool] = UNSET
    stop_date: Clearable[datetime] = UNSET


@dataclass(frozen=True, kw_only=True)
class PriceList(Message):
    """A price list; an exclusive one bypasses the search for the best price."""

    code: str
    is_exclusive: Omittable[bool] = UNSET


@dataclass(frozen=True, kw_only=True)
class Address(Message):
    """A postal address; null in ``is_primary`` or ``is_validated`` leaves what Norce has."""

    address_line1: Clearable[Text255] = UNSET
    address_line2: Clearable[Text255] = UNSET
    care_of: Clearable[Text100] = UNSET
    city: Clearable[Text50] = UNSET
    code: Clearable[Text50] = UNSET
    country_code: Clearable[Text2] = UNSET
    gln: Clearable[Text50] = UNSET
    is_primary: Clearable[bool] = UNSET
    is_validated: Clearable[bool] = UNSET
    region: Clearable[Text50] = UNSET
    shipping_phone_number: Clearable[Text50] = UNSET
    zip_code: Clearable[Text50] = UNSET


@dataclass(frozen=True, kw_only=True)
class AccountRole(Message):
    """A role that already exists in Norce."""

    code: str
    is_active: Clearable[bool] = UNSET


@dataclass(frozen=True, kw_only=True)
class Account(Message):
    """A login, at most one per application; ``password`` is used only when the account is created."""

    application_key: str
    login_name: Text255
    password: Clearable[str] = field(default=UNSET, repr=False)
    roles: Omittable[tuple[AccountRole, ...]] = UNSET
    status: Omittable[AccountStatus] = field(default=UNSET, metadata=alias("AccountStatus"))


@dataclass(frozen=True, kw_only=True)
class CompanyIdentifier(Message):
    """An existing company to relate a person to: the first of ``id``, ``code``, ``organization_no`` counts."""

    either = (("id",), ("code",), ("organization_no",))

    code: Clearable[str] = UNSET
    id: Clearable[int] = UNSET
    is_primary: Clearable[bool] = UNSET
    name: Clearable[str] = UNSET
    organization_no: Clearable[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class Customer(Message):
    """A person, matched by ``id``, else ``code``, else ``email_address``.

    When ``companies`` is sent, so is ``is_company_list_delta``, True unless said otherwise: Norce's
    own default is False and ends the relations to all companies that are not in the list.
    """

    either = (("id",), ("code",), ("email_address",))

    accounts: Omittable[tuple[Account, ...]] = UNSET
    additional_info: Omittable[tuple[Info, ...]] = UNSET
    application_key: Clearable[str] = UNSET
    cell_phone_number: Clearable[Text50] = UNSET
    code: Clearable[Text50] = UNSET
    companies: Omittable[tuple[CompanyIdentifier, ...]] = UNSET
    crm_id: Clearable[str] = UNSET
    delivery_addresses: Omittable[tuple[Address, ...]] = UNSET
    email_address: Clearable[Text255] = UNSET
    first_name: Clearable[Text100] = UNSET
    flags: Omittable[tuple[Flag, ...]] = UNSET
    id: Clearable[int] = UNSET
    invoice_address: Omittable[Address] = UNSET
    is_active: Clearable[bool] = UNSET
    is_company_list_delta: Omittable[bool] = UNSET
    last_name: Clearable[Text100] = UNSET
    middle_name: Clearable[Text100] = UNSET
    phone_number: Clearable[Text50] = UNSET
    price_lists: Omittable[tuple[PriceList, ...]] = UNSET
    social_security_number: Clearable[Text50] = field(default=UNSET, repr=False)
    title: Clearable[Text10] = UNSET
    type: Omittable[CustomerType] = UNSET

    def as_sent(self) -> Self:
        """Return the record with ``is_company_list_delta`` said whenever the list is."""
        if self.companies is UNSET or self.is_company_list_delta is not UNSET:
            return self
        return replace(self, is_company_list_delta=True)


@dataclass(frozen=True, kw_only=True)
class Contact(Message):
    """An existing customer, by its code, as a contact of a company."""

    code: str
    is_active: Clearable[bool] = UNSET


@dataclass(frozen=True, kw_only=True)
class DeliveryMethod(Message):
    """A delivery method that the company may use."""

    code: str
    is_active: Clearable[bool] = UNSET


@dataclass(frozen=True, kw_only=True)
class PaymentMethod(Message):
    """A payment method that the company may use."""

    code: str
    invoice_capture_settings_code: Clearable[str] = UNSET
    is_active: Clearable[bool] = UNSET


@dataclass(frozen=True, kw_only=True)
class Discount(Message):
    """A company's discount; ``discount_percentage`` in percent, ``price_list_type_id_seed`` comma-separated."""

    discount_percentage: Omittable[Decimal] = UNSET
    price_list_type_id_seed: Clearable[Text50] = UNSET
    type: Omittable[DiscountType] = UNSET
    value_code: Clearable[Text50] = UNSET


@dataclass(frozen=True, kw_only=True)
class Image(Message):
    """A company's logo, fetched by Norce from ``url``."""

    external_code: str
    file_type_name: str
    url: str
    filename: Clearable[str] = UNSET
    last_modified: Clearable[datetime] = UNSET


@dataclass(frozen=True, kw_only=True)
class Company(Message):
    """An organisation, matched by ``id``, else ``code``, else ``organization_no``.

    When ``customers`` is sent, so is ``is_customer_list_delta``, True unless said otherwise: Norce's
    own default is False and ends the relations to all customers that are not in the list.
    """

    either = (("id",), ("code",), ("organization_no",))

    application_key: str
    additional_info: Omittable[tuple[Info, ...]] = UNSET
    code: Clearable[Text50] = UNSET
    contacts: Omittable[tuple[Contact, ...]] = UNSET
    customers: Omittable[tuple[Customer, ...]] = UNSET
    delivery_addresses: Omittable[tuple[Address, ...]] = UNSET
    delivery_methods: Omittable[tuple[DeliveryMethod, ...]] = UNSET
    discounts: Omittable[tuple[Discount, ...]] = UNSET
    email_address: Clearable[Text255] = UNSET
    flags: Omittable[tuple[Flag, ...]] = UNSET
    id: Clearable[int] = UNSET
    invoice_address: Omittable[Address] = UNSET
    is_active: Clearable[bool] = UNSET
    is_customer_list_delta: Omittable[bool] = UNSET
    logo_image: Omittable[Image] = UNSET
    name: Clearable[Text100] = UNSET
    organization_no: Clearable[Text50] = UNSET
    parent_company_code: Clearable[str] = UNSET
    payment_methods: Omittable[tuple[PaymentMethod, ...]] = UNSET
    phone_number: Clearable[Text50] = UNSET
    price_lists: Omittable[tuple[PriceList, ...]] = UNSET
    vat_no: Clearable[Text50] = UNSET
    use_invoice_address_as_delivery_address: Clearable[bool] = UNSET

    def as_sent(self) -> Self:
        """Return the record with ``is_customer_list_delta`` said whenever the list is."""
        if self.customers is UNSET or self.is_customer_list_delta is not UNSET:
            return self
        return replace(self, is_customer_list_delta=True)
