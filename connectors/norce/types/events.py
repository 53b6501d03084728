"""Norce's events (norce-events.schema.json): what a webhook's body may say. Members without a use stay in ``extra``."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from connectors.norce.message import Message


@dataclass(frozen=True, kw_only=True)
class Event(Message):
    """What every event says. ``about`` is the attribute that names what it is about.

    ``application_id`` is left out where something is shared between applications (query-event.md § 3.3). A class
    that needs it says ``field()``, without which it would inherit the default.
    """

    about: ClassVar[str] = ""

    client_id: int
    application_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerChangedNotification(Event):
    """A row of a person was inserted, updated or deleted; ``entity_changed`` is Norce's table, an open list."""

    about = "customer_id"

    customer_id: int
    entity_changed: str


@dataclass(frozen=True, kw_only=True)
class CompanyChangedNotification(Event):
    """A row of a company was inserted, updated or deleted."""

    about = "company_id"

    company_id: int
    entity_changed: str


@dataclass(frozen=True, kw_only=True)
class OrderReceivedEvent(Event):
    """An order was taken, before it goes to the ERP; it may not exist in Norce yet. The only one with an address."""

    about = "client_order_ref"

    application_id: int = field()
    client_order_ref: str
    email: str | None = None
    cell_phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    source: str


@dataclass(frozen=True, kw_only=True)
class OrderEvent(Event):
    """An order has reached a status. ``client_order_ref`` is the basket's id, or the number of another source."""

    about = "client_order_ref"

    application_id: int = field()
    order_id: int
    order_no: str
    client_order_ref: str
    cell_phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    source: str


class OrderConfirmedEvent(OrderEvent):
    """The ERP has confirmed the order; once per order."""


class OrderDeliveredEvent(OrderEvent):
    """The order is delivered."""


class OrderPartlyDeliveredEvent(OrderEvent):
    """A part of the order is delivered."""


@dataclass(frozen=True, kw_only=True)
class OrderReadyForPickupEvent(OrderEvent):
    """The order waits at a store or drop point; once per order."""

    drop_point_code: str | None = None


class OrderCancelledEvent(OrderEvent):
    """A cancel was asked for in Norce's admin or by Connect: a request, so the order's status must be read."""


@dataclass(frozen=True, kw_only=True)
class OrderPaymentReceivedEvent(Event):
    """A payment was registered. It names the ERP's number and no order id."""

    about = "client_order_ref"

    application_id: int = field()
    client_order_ref: str
    erp_order_no: str
    payment_code: str
    payment_method_code: str | None = None
    payment_ref: str | None = None
    amount: Decimal | None = None
    currency_code: str | None = None


class CaptureState(StrEnum):
    """How a capture ended."""

    CAPTURED = "Captured"
    ERROR = "Error"


@dataclass(frozen=True, kw_only=True)
class InvoiceCaptureCompletedEvent(Event):
    """The capture for an invoice has ended; the invoice's id is Norce's, there is no order id."""

    about = "captured_invoice_id"

    application_id: int = field()
    captured_invoice_id: int
    state: CaptureState


@dataclass(frozen=True, kw_only=True)
class SubscriptionFailedEvent(Event):
    """A recurring order could not be made."""

    about = "subscription_id"

    application_id: int = field()
    subscription_id: int | None = None
    recurring_order_id: int | None = None
    recurring_order_schedule_id: int | None = None
    basket_id: int | None = None
    email: str | None = None
    cell_phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobCompletedEvent(Event):
    """A job has ended; ``status_id`` may be one that Norce adds later, so it is no enum."""

    about = "job_id"

    job_id: int
    status_id: int


@dataclass(frozen=True, kw_only=True)
class SkuChangedNotification(Event):
    """A product was changed."""

    about = "part_no"

    part_no: str
    entity_changed: str


class TranslationRequestedNotification(SkuChangedNotification):
    """A translation of a product is wanted."""


@dataclass(frozen=True, kw_only=True)
class SkuPriceChangedNotification(Event):
    """A product's price was changed."""

    about = "part_no"

    part_no: str
    pricelist_id: int
    pricelist_code: str | None = None
    price_sale_value: Decimal


@dataclass(frozen=True, kw_only=True)
class SkuOnHandBreakPointNotification(Event):
    """A product's stock has fallen under its minimum."""

    about = "part_no"

    part_no: str
    warehouse_id: int
    warehouse_code: str | None = None
    location_id: int
    location_code: str | None = None
    on_hand_value: Decimal
    minimum_value: Decimal


@dataclass(frozen=True, kw_only=True)
class SupplierSkuChangedNotification(SkuChangedNotification):
    """A supplier's product was changed."""

    supplier_id: int


class SupplierSkuOnHandChangedNotification(SupplierSkuChangedNotification):
    """A supplier's stock was changed."""


@dataclass(frozen=True, kw_only=True)
class SupplierSkuPriceChangedNotification(Event):
    """A supplier's price was changed; the rest of its members was cut off in the source."""

    about = "part_no"

    part_no: str
    supplier_id: int


TYPES: dict[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        CustomerChangedNotification,
        CompanyChangedNotification,
        OrderReceivedEvent,
        OrderConfirmedEvent,
        OrderDeliveredEvent,
        OrderPartlyDeliveredEvent,
        OrderReadyForPickupEvent,
        OrderCancelledEvent,
        OrderPaymentReceivedEvent,
        InvoiceCaptureCompletedEvent,
        SubscriptionFailedEvent,
        JobCompletedEvent,
        SkuChangedNotification,
        SkuPriceChangedNotification,
        SkuOnHandBreakPointNotification,
        TranslationRequestedNotification,
        SupplierSkuChangedNotification,
        SupplierSkuOnHandChangedNotification,
        SupplierSkuPriceChangedNotification,
    )
}
"""The events of the contract by name. Norce adds types without notice: one that is not here is kept as rejected."""
