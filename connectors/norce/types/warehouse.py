"""What we send to Norce about stock: store shipments and warehouse transactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connectors.norce.message import UNSET, Clearable, Message, Omittable
from connectors.norce.types.orders import Address


@dataclass(frozen=True, kw_only=True)
class ShipmentItem(Message):
    """A row of a store shipment; ``price`` is deprecated for ``purchase_cost``."""

    line_no: int
    part_no: str
    quantity: int
    name: Clearable[str] = UNSET
    package_no: Clearable[str] = UNSET
    price: Clearable[Decimal] = UNSET
    purchase_cost: Clearable[Decimal] = UNSET
    unit_cost: Clearable[Decimal] = UNSET


@dataclass(frozen=True, kw_only=True)
class ShipmentPackage(Message):
    """A package of a store shipment."""

    package_no: str
    barcode: Clearable[str] = UNSET
    comment: Clearable[str] = UNSET


@dataclass(frozen=True, kw_only=True)
class Shipment(Message):
    """Goods on their way to a store: a delivery note's, or those of an invoice with ``items``."""

    either = (("delivery_note_no",), ("invoice_no", "items"))

    application_key: str
    shipment_no: str
    source_warehouse_code: str
    target_warehouse_code: str
    delivery_note_no: Omittable[str] = UNSET
    invoice_no: Omittable[str] = UNSET
    items: Omittable[tuple[ShipmentItem, ...]] = UNSET
    barcode: Clearable[str] = UNSET
    carrier_name: Clearable[str] = UNSET
    carrier_reference: Clearable[str] = UNSET
    carrier_tracking_url: Clearable[str] = UNSET
    comment: Clearable[str] = UNSET
    receiver_name: Clearable[str] = UNSET
    sender_name: Clearable[str] = UNSET
    shipment_packages: Clearable[tuple[ShipmentPackage, ...]] = UNSET
    shipment_warehouse: Clearable[Address] = UNSET
    target_warehouse_address: Clearable[Address] = UNSET


@dataclass(frozen=True, kw_only=True)
class WarehouseTransactionItem(Message):
    """A row of a stock movement; which members Norce requires is not published."""

    line_number: Omittable[Decimal] = UNSET
    part_no: Omittable[str] = UNSET
    qty: Omittable[Decimal] = UNSET
    amount: Omittable[Decimal] = UNSET
    remaining_qty: Clearable[Decimal] = UNSET
    remaining_amount: Clearable[Decimal] = UNSET


@dataclass(frozen=True, kw_only=True)
class WarehouseTransaction(Message):
    """A stock movement for the record: Norce acts on nothing in it."""

    items: tuple[WarehouseTransactionItem, ...]
    transaction_no: str
    warehouse_code: str
    comment: Clearable[str] = UNSET
    delivery_note_no: Clearable[str] = UNSET
    external_reference: Clearable[str] = UNSET
    location_code: Clearable[str] = UNSET
    order_no: Clearable[str] = UNSET
    purchase_order_no: Clearable[str] = UNSET
    reason_code: Clearable[str] = UNSET
    transaction_date: Clearable[datetime] = UNSET
    type: Clearable[str] = UNSET
