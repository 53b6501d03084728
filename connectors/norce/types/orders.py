"""What Norce sends to the order receiver, and the parts that both directions share.

Every member may be absent, null or empty, so all default to None or (). Members that the contract
requires are marked NEEDED and only checked when a message is written (`ExternalOrder` carries some).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum

from connectors.norce.message import NEEDED, Message, Text2, Text3, Text10, Text50, Text100, Text255, named
from connectors.norce.moments import parse_moment


class OrderType(IntEnum):
    """What kind of order it is; documented as a number, a name in the .NET contract."""

    ORDER = 1
    PURCHASE_ORDER = 2
    RECURRING_ORDER = 3
    RECURRING_ORDER_TEMPLATE = 4
    EXTERNAL_ORDER = 5


@dataclass(frozen=True, kw_only=True)
class Address(Message):
    """A postal address; ``country`` is ISO 3166-1 alpha-2, ``type`` is deprecated and always null."""

    box: Text100 | None = None
    care_of: Text100 | None = None
    city: Text50 | None = None
    country: Text2 | None = None
    line1: Text100 | None = None
    line2: Text100 | None = None
    region: Text50 | None = None
    type: str | None = None
    zip_code: Text50 | None = None
    shipping_phone_number: Text50 | None = None
    gln: Text50 | None = None


@dataclass(frozen=True, kw_only=True)
class CodeValue(Message):
    """A value of the client's own. Key on ``code2``: ``code`` holds the name by mistake, ``id`` is internal."""

    code: str | None = None
    code2: str | None = None
    id: int | None = None
    value: str | None = None


@dataclass(frozen=True, kw_only=True)
class Company(Message):
    """A buying company, of which only ``code`` (known to the ERP), ``name`` and ``vat_no`` carry data.

    The rest is deprecated. A consumer's order may hold an empty one, see `is_filled`.
    """

    additional_info: tuple[CodeValue, ...] = ()
    addresses: tuple[Address, ...] = ()
    code: Text50 | None = None
    delivery_code_limit: bool | None = None
    delivery_codes: tuple[str, ...] = ()
    email: str | None = None
    fax: str | None = None
    is_active: bool | None = None
    name: Text100 | None = None
    payment_code_limit: bool | None = None
    payment_codes: tuple[str, ...] = ()
    phone: str | None = None
    price_list_codes: tuple[str, ...] = ()
    price_list_limit: bool | None = None
    vat_no: Text50 | None = None

    @property
    def is_filled(self) -> bool:
        """Tell whether there is a company at all: a code, a name or a VAT number."""
        return bool(self.code or self.name or self.vat_no)


@dataclass(frozen=True, kw_only=True)
class Person(Message):
    """A consumer or a company's contact; ``customer_code`` is set when the ERP knows the person."""

    address: Address | None = None
    cell_phone: Text50 | None = None
    company_code: str | None = None
    customer_code: Text50 | None = None
    email: Text255 | None = None
    first_name: Text50 | None = None
    is_active: bool | None = None
    job_title: Text10 | None = None
    last_name: Text50 | None = None
    private_phone: Text50 | None = None
    ssn: Text50 | None = field(default=None, repr=False, metadata=named("SSN"))
    work_phone: Text50 | None = None
    additional_info: tuple[CodeValue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClientCustomer(Message):
    """A party of the order. Both members may be present; ask `Company.is_filled` whether it is a business."""

    company: Company | None = None
    person: Person | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentCore(Message):
    """A payment's members; ``amount`` includes VAT and is rounded, so it may differ from the rows by öre."""

    payment_code: int | None = None
    payment_method_code: str | None = None
    payment_ref: str | None = None
    additional_info: tuple[CodeValue, ...] = ()
    amount: Decimal | None = None
    currency_code: Text3 | None = None
    payment_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Payment(PaymentCore):
    """A reservation or payment, identified by Norce's ``payment_code`` or the provider's ``payment_ref``."""

    either = (("payment_code",), ("payment_ref",))


@dataclass(frozen=True, kw_only=True)
class Header(Message):
    """``application_key`` (GUID) is the Norce application that the order came from."""

    application_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Discount(Message):
    """A discount on the whole order; rare."""

    amount: Decimal | None = None
    code: str | None = None
    type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fee(Message):
    """A fee on the whole order; rare. ``type`` is 0 shipping or 1 invoice, a text in the .NET contract."""

    amount: Decimal | None = None
    description: str | None = None
    type: int | str | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class PriceListItem(Message):
    """One price list behind a row's original price, per unit excluding VAT."""

    is_active: bool | None = None
    is_standard_price_list: bool | None = None
    price_list_name: Text50 | None = None
    qty_break: int | None = None
    unit_price: Decimal | None = None
    unit_price_vat: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Promotion(Message):
    """A promotion and what it took off the row; ``id`` is a number in the docs and a text in the contract."""

    applied_amount: Decimal | None = None
    discount_code: Text50 | None = None
    id: int | str | None = None
    name: Text255 | None = None


@dataclass(frozen=True, kw_only=True)
class PickupStore(Message):
    """Where the buyer collects; ``is_drop_point`` is True for a parcel agent, False for an own store."""

    additional_info: tuple[CodeValue, ...] = ()
    address: Address | None = None
    code: str | None = None
    is_drop_point: bool | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class ShippingAdvice(Message):
    """How to ship; ``is_complete`` forbids partial deliveries."""

    delivery_method_code: str | None = None
    do_sms_notify: bool | None = field(default=None, metadata=named("DoSMSNotify"))
    is_complete: bool | None = None
    is_fee_charged_once: bool | None = None
    pickup_store: PickupStore | None = None
    ship_advisor_order_code: str | None = None
    tms_reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderItem(Message):
    """An order row. Prices and VAT are amounts per unit, ``vat_rate`` is percent.

    ``type`` and ``type_group`` are open lists: never refuse an unknown value.
    """

    discount: Decimal | None = field(default=None, metadata=NEEDED)
    line_no: int | None = field(default=None, metadata=NEEDED)
    part_no: str | None = field(default=None, metadata=NEEDED)
    quantity: int | None = field(default=None, metadata=NEEDED)
    quantity2: Decimal | None = None
    type: str | None = field(default=None, metadata=NEEDED)
    type_group: str | None = field(default=None, metadata=NEEDED)
    unit_price: Decimal | None = field(default=None, metadata=NEEDED)
    unit_price_original: Decimal | None = field(default=None, metadata=NEEDED)
    unit_vat: Decimal | None = field(default=None, metadata=NEEDED)
    unit_price_original_vat: Decimal | None = None
    vat_rate: Decimal | None = field(default=None, metadata=NEEDED)
    additional_info: tuple[CodeValue, ...] = ()
    comment: str | None = None
    description: str | None = None
    erp_part_no: str | None = None
    internal_product_id: int | None = None
    parent_line_no: int | None = None
    price_list_no: int | None = None
    price_lists: tuple[PriceListItem, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    unit_of_measure: str | None = None
    manufacturer_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderRequest(Message):
    """A new order. It has no total; ``client_order_ref`` is the basket id or an outside source's own number."""

    additional_info: tuple[CodeValue, ...] = ()
    bill_to: ClientCustomer | None = None
    client_order_ref: Text50 | None = None
    currency_code: Text3 | None = None
    customer_order_comment: str | None = None
    customer_order_ref: Text50 | None = None
    discounts: tuple[Discount, ...] = ()
    do_hold: bool | None = None
    erp_order_no: Text50 | None = None
    fees: tuple[Fee, ...] = ()
    header: Header | None = None
    items: tuple[OrderItem, ...] = ()
    order_type: OrderType | int | str | None = None
    payments: tuple[Payment, ...] = ()
    refer_id: int | None = None
    sales_contact_code: Text50 | None = None
    sales_contact_division: Text50 | None = None
    sell_to: ClientCustomer | None = None
    ship_to: ClientCustomer | None = None
    shipping_advice: ShippingAdvice | None = None
    source: Text255 | None = None
    submit_date: str | None = None
    customer_invoice_ref: str | None = None
    discount_code: str | None = None

    @property
    def submitted_at(self) -> datetime | None:
        """Return ``submit_date`` as a date and time, naive when it names no zone; None when unreadable."""
        return parse_moment(self.submit_date)
