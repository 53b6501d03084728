"""The rows of Norce Query that the hub reads; members without a use here stay in ``extra``."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from connectors.norce.message import Message


@dataclass(frozen=True, kw_only=True)
class Application(Message):
    """A row of Core/Applications; ``key`` is the ApplicationKey that Connect uses."""

    id: int | None = None
    key: str | None = None
    name: str | None = None
    url: str | None = None
    host_client_id: int | None = None
    is_active: bool | None = None
    parent_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AddressRow(Message):
    """An address of a customer or company. ``type_id`` 1 is billing, 2 shipping (inferred from baskets').

    The country is an id of Core/Countries.
    """

    id: int | None = None
    type_id: int | None = None
    code: str | None = None
    is_primary: bool | None = None
    care_of: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    zip_code: str | None = None
    city: str | None = None
    region: str | None = None
    country_id: int | None = None
    shipping_phone_number: str | None = None
    gln: str | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerRow(Message):
    """A row of Customers/Customers. A forgotten one is anonymised: never fill it again."""

    id: int | None = None
    key: str | None = None
    client_id: int | None = None
    application_id: int | None = None
    customer_code: str | None = None
    type_id: int | None = None
    email_address: str | None = None
    social_security_number: str | None = field(default=None, repr=False)
    title: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    phone_number: str | None = None
    cell_phone_number: str | None = None
    crm_id: str | None = None
    replacement_customer_id: int | None = None
    is_active: bool | None = None
    is_forgotten: bool | None = None
    stopped_date: str | None = None
    created: str | None = None
    created_by: int | None = None
    updated: str | None = None
    updated_by: int | None = None
    addresses: tuple[AddressRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CompanyRow(Message):
    """A row of Customers/Companies; ``normalized_organization_no`` is the number without punctuation."""

    id: int | None = None
    key: str | None = None
    client_id: int | None = None
    application_id: int | None = None
    company_code: str | None = None
    type_id: int | None = None
    organization_no: str | None = None
    normalized_organization_no: str | None = None
    vat_no: str | None = None
    name: str | None = None
    email_address: str | None = None
    phone_number: str | None = None
    parent_company_id: int | None = None
    is_active: bool | None = None
    created: str | None = None
    created_by: int | None = None
    updated: str | None = None
    updated_by: int | None = None
    addresses: tuple[AddressRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodedRow(Message):
    """A row of a list of Core that has a code: a country's of two letters or a currency's of three."""

    id: int | None = None
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderPersonRow(Message):
    """Who an order is from, to or paid by (Buyer, ShipTo, Payer), as they were at the time."""

    first_name: str | None = None
    last_name: str | None = None
    email_address: str | None = None
    phone_number: str | None = None
    cell_phone_number: str | None = None
    company_name: str | None = None
    care_of: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    zip_code: str | None = None
    city: str | None = None
    region: str | None = None
    country_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderItemRow(Message):
    """A line of an order. ``line_amount`` excludes VAT, ``vat_rate`` is in percent; freight is a line too."""

    id: int | None = None
    line_number: Decimal | None = None
    parent_line_number: Decimal | None = None
    status_id: int | None = None
    part_no: str | None = None
    product_name: str | None = None
    qty_ordered: Decimal | None = None
    price_sale: Decimal | None = None
    discount_amount: Decimal | None = None
    line_amount: Decimal | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class OrderRow(Message):
    """A row of Orders/Orders. ``quotation_id`` is the basket's id, our ClientOrderRef; ``order_no`` changes.

    There is no total: the lines are summed up. ``freight_cost`` repeats the freight's line, never add both.
    """

    id: int | None = None
    application_id: int | None = None
    quotation_id: int | None = None
    order_no: str | None = None
    order_date: str | None = None
    status_id: int | None = None
    source: str | None = None
    currency_id: int | None = None
    payment_method_id: int | None = None
    payment_terms: str | None = None
    buyer_customer_code: str | None = None
    buyer_company_code: str | None = None
    buyer_company_id: int | None = None
    freight_cost: Decimal | None = None
    delivery_mode: str | None = None
    delivery_name: str | None = None
    delivery_care_of: str | None = None
    delivery_address_line1: str | None = None
    delivery_address_line2: str | None = None
    delivery_zip_code: str | None = None
    delivery_city: str | None = None
    delivery_country_id: int | None = None
    delivery_mark: str | None = None
    invoice_mark: str | None = None
    type_id: int | None = None
    is_forgotten: bool | None = None
    created: str | None = None
    updated: str | None = None
    buyer: OrderPersonRow | None = None
    payer: OrderPersonRow | None = None
    ship_to: OrderPersonRow | None = None
    items: tuple[OrderItemRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InvoiceRow(Message):
    """A row of Orders/Invoices; ``reference_order_id`` is the order's Id."""

    id: int | None = None
    invoice_no: str | None = None
    reference_order_id: int | None = None
    type_id: int | None = None
    invoice_date: str | None = None
    invoice_amount: Decimal | None = None
    currency_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PackageRow(Message):
    """A parcel of a delivery note; ``shipping_no`` is its tracking number."""

    shipping_no: str | None = None
    status_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryNoteRow(Message):
    """A row of Orders/DeliveryNotes with its parcels; ``reference_order_id`` is the order's Id."""

    id: int | None = None
    note_no: str | None = None
    reference_order_id: int | None = None
    delivery_date: str | None = None
    delivery_mode: str | None = None
    delivery_name: str | None = None
    delivery_address_line1: str | None = None
    delivery_zip_code: str | None = None
    delivery_city: str | None = None
    packages: tuple[PackageRow, ...] = ()
