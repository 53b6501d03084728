"""What we send to Norce about orders: the receiver's answer, statuses, deliveries, invoices, credits.

Optional members default to UNSET. A few are required although the contract lets them be left out,
because leaving them out does harm; the class says which and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from connectors.norce.message import UNSET, Clearable, Message, Omittable, Text3, Text50, Text100, Text255, alias
from connectors.norce.numbered import NumberedName
from connectors.norce.types.orders import (
    Address,
    ClientCustomer,
    CodeValue,
    Header,
    OrderItem,
    Payment,
    PaymentCore,
    ShippingAdvice,
)

_ORDER_REFERENCE = (("client_order_ref",), ("erp_order_no",))


class OrderStatus(NumberedName):
    """The statuses of an order and of a row, with the numbers that Query reports."""

    CREATED = ("Created", 0)
    ALLOCATION = ("Allocation", 1)
    CONFIRMED = ("Confirmed", 2)
    BACK_ORDER = ("BackOrder", 3)
    DELIVERED = ("Delivered", 4)
    INVOICED = ("Invoiced", 5)
    CANCELLED = ("Cancelled", 6)
    CREDIT_CONTROL = ("CreditControl", 7)
    PARTLY_DELIVERED = ("PartlyDelivered", 8)
    ACKNOWLEDGED = ("Acknowledged", 9)
    ERP_CONFIRMED = ("ErpConfirmed", 10)
    READY_FOR_PICKUP = ("ReadyForPickup", 11)
    PICKED_UP = ("PickedUp", 12)
    NOT_PICKED_UP = ("NotPickedUp", 13)
    ON_HOLD = ("OnHold", 14)
    WAITING_FOR_CANCEL = ("WaitingForCancel", 15)
    WAITING_FOR_ON_HOLD_REMOVED = ("WaitingForOnHoldRemoved", 16)
    CANCEL_ERROR = ("CancelError", 17)
    ACKNOWLEDGEMENT_ERROR = ("AcknowledgementError", 18)
    READY_FOR_RESERVATION = ("ReadyForReservation", 19)
    RESERVED = ("Reserved", 20)


class ResponseStatus(StrEnum):
    """The two answers Norce understands; FAILED makes it send the same body again."""

    OK = "OK"
    FAILED = "Failed"


class PackageStatus(IntEnum):
    """What has become of a parcel."""

    DELIVERED = 4
    CANCELLED = 6
    READY_FOR_PICKUP = 11
    PICKED_UP = 12
    RESERVED = 20


@dataclass(frozen=True, kw_only=True)
class OrderResponse(Message):
    """The receiver's answer to a new order: was it registered, and is the ERP's number known yet."""

    has_erp_order_no: bool
    status_code: ResponseStatus
    description: Clearable[str] = UNSET
    erp_order_no: Clearable[Text50] = UNSET


@dataclass(frozen=True, kw_only=True)
class OrderInfo(Message):
    """An info field, configured in Norce, to set on the order."""

    code: str
    value: Clearable[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class OrderItemStatus(Message):
    """The status of one row; ``line_no`` is a text here and a number in OrderItem."""

    line_no: Clearable[str] = UNSET
    item_status: Clearable[OrderStatus] = UNSET


@dataclass(frozen=True, kw_only=True)
class SendOrderStatusRequest(Message):
    """A new status, and with it the ERP's number. ``client_order_ref`` is a 32-bit number here."""

    either = _ORDER_REFERENCE

    order_status: OrderStatus
    client_order_ref: Omittable[int] = UNSET
    erp_order_no: Omittable[Text50] = UNSET
    account_id: Clearable[int] = UNSET
    infos: Clearable[tuple[OrderInfo, ...]] = UNSET
    item_statuses: Clearable[tuple[OrderItemStatus, ...]] = UNSET


@dataclass(frozen=True, kw_only=True)
class CancelPayment(PaymentCore):
    """A payment to release; the provider's reference is enough and required."""

    payment_ref: str = field()


@dataclass(frozen=True, kw_only=True)
class CancelOrderRequest(Message):
    """Cancel an order; only the payments listed are released at their provider."""

    either = _ORDER_REFERENCE

    client_order_ref: Omittable[int] = UNSET
    erp_order_no: Omittable[Text50] = UNSET
    payments: Clearable[tuple[CancelPayment, ...]] = UNSET


@dataclass(frozen=True, kw_only=True)
class DeliveryNoteItem(Message):
    """A delivered row: part number, quantity, and row number on the note."""

    item_no: Text50
    qty: Decimal
    row_number: Decimal
    comment: Clearable[Text255] = UNSET
    description: Clearable[Text255] = UNSET
    id: Clearable[int] = UNSET


@dataclass(frozen=True, kw_only=True)
class DeliveryNotePackage(Message):
    """A parcel. ``status_id`` is required: the contract has a plain int, so left out it may become 0."""

    status_id: PackageStatus
    id: Clearable[int] = UNSET
    parcel_number: Clearable[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class DeliveryNote(Message):
    """A delivery, full or partial; ``order_no`` is the number Norce knows, the ERP's once reported.

    ``status_id`` (`OrderStatus.id`) is required: left out it may become 0, Created.
    """

    delivery_date: datetime
    note_no: Text50
    order_no: Text50
    status_id: int
    buyer_company_code: Clearable[Text50] = UNSET
    buyer_customer_code: Clearable[Text50] = UNSET
    delivery_address: Clearable[Address] = UNSET
    delivery_attention: Clearable[Text100] = UNSET
    delivery_mode: Clearable[Text50] = UNSET
    delivery_name: Clearable[Text100] = UNSET
    delivery_note_items: Clearable[tuple[DeliveryNoteItem, ...]] = UNSET
    delivery_note_packages: Clearable[tuple[DeliveryNotePackage, ...]] = UNSET
    division_code: Clearable[Text50] = UNSET
    is_printed: Clearable[bool] = UNSET
    note_text: Clearable[Text255] = UNSET


@dataclass(frozen=True, kw_only=True)
class InvoiceItem(Message):
    """An invoiced row; ``quantity`` is whole here, though orders and delivery notes know decimals."""

    part_no: str
    quantity: int
    unit_price: Decimal
    description: Clearable[str] = UNSET
    discount: Clearable[Decimal] = UNSET
    line_amount: Clearable[Decimal] = UNSET
    line_no: Clearable[Decimal] = UNSET
    price_list: Clearable[str] = UNSET
    product_name: Clearable[str] = UNSET
    sale_price: Clearable[Decimal] = UNSET
    unit_vat: Clearable[Decimal] = UNSET
    vat_rate: Clearable[Decimal] = UNSET


@dataclass(frozen=True, kw_only=True)
class InvoiceCore(Message):
    """The members of an invoice and a credit. Three are required beyond the contract's own list:

    ``is_last_invoice_for_order``, because null counts as True and lets go of the rest of the reservation;
    ``delivery_date`` and ``invoice_due_date``, because left out they may become the year 1.
    """

    either = _ORDER_REFERENCE

    currency_code: Text3
    invoice_date: datetime
    is_last_invoice_for_order: bool
    delivery_date: datetime
    invoice_due_date: datetime
    client_order_ref: Omittable[int] = UNSET
    erp_order_no: Omittable[Text50] = UNSET
    invoice_no: Omittable[Text50] = field(default=UNSET, metadata=alias("InoviceNo"))
    address_line1: Clearable[str] = UNSET
    address_line2: Clearable[str] = UNSET
    application_key: Clearable[str] = UNSET
    attention: Clearable[str] = UNSET
    care_of: Clearable[str] = UNSET
    city: Clearable[str] = UNSET
    comment: Clearable[str] = UNSET
    country: Clearable[str] = UNSET
    country_code: Clearable[str] = field(default=UNSET, metadata=alias("ContryCode"))
    credited_invoice_no: Clearable[str] = UNSET
    culture_code: Clearable[str] = UNSET
    gln: Clearable[Text50] = UNSET
    group_code: Clearable[Text50] = UNSET
    invoice_round_off: Clearable[Decimal] = UNSET
    items: Clearable[tuple[InvoiceItem, ...]] = UNSET
    name: Clearable[str] = UNSET
    payment: Clearable[Payment] = UNSET
    payment_method_code: Clearable[str] = UNSET
    payment_method_name: Clearable[str] = UNSET
    region: Clearable[str] = UNSET
    suppress_psp_call: Clearable[bool] = UNSET
    total_amount: Clearable[Decimal] = UNSET
    vat: Clearable[Decimal] = UNSET
    vat_round_off: Clearable[Decimal] = UNSET
    zip_code: Clearable[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class Invoice(InvoiceCore):
    """An invoice, which captures the payment when ``items`` are given; ``invoice_no`` must be unique."""

    invoice_no: Text50 = field(metadata=alias("InoviceNo"))


@dataclass(frozen=True, kw_only=True)
class CreditInvoice(InvoiceCore):
    """A credit, full or partial, of the invoice ``credited_invoice_no``."""

    credited_invoice_no: str = field()


@dataclass(frozen=True, kw_only=True)
class ExternalOrder(Message):
    """An order made outside Norce; found in the .NET contract only, so do not depend on it."""

    header: Omittable[Header] = UNSET
    order_date: Omittable[datetime] = UNSET
    sell_to: Omittable[ClientCustomer] = UNSET
    bill_to: Omittable[ClientCustomer] = UNSET
    ship_to: Omittable[ClientCustomer] = UNSET
    sales_division_code: Clearable[str] = UNSET
    sales_contact_code: Clearable[str] = UNSET
    delivery_division_code: Clearable[str] = UNSET
    erp_order_no: Clearable[str] = UNSET
    customer_order_ref: Clearable[str] = UNSET
    customer_order_comment: Clearable[str] = UNSET
    invoices: Clearable[tuple[Invoice, ...]] = UNSET
    currency_code: Clearable[Text3] = UNSET
    shipping_advice: Omittable[ShippingAdvice] = UNSET
    items: Clearable[tuple[OrderItem, ...]] = UNSET
    additional_info: Clearable[tuple[CodeValue, ...]] = UNSET
    source: Clearable[str] = UNSET
