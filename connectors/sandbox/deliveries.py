"""Norce's delivery notes: what was sent of an order, never more than was ordered."""

from __future__ import annotations

from decimal import Decimal

from connectors.norce.types.order_updates import PackageStatus
from connectors.sandbox.contracts import check
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.orders import record
from connectors.sandbox.placing import dated
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

# More than a delivery has parcels: a parcel's id is its note's with a place.
PACKAGES_EACH = 1000


class Deliveries:
    """The call CreateDeliveryNote."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create_delivery_note(self, request: Request) -> Response:
        """Keep the note and set Delivered or PartlyDelivered; refuse a repeated NoteNo and too much of a part."""
        data = request.json()
        check("order", "DeliveryNote", data)
        order = self._find_order(data["OrderNo"])
        if self._state.orders.find("note_no", data["NoteNo"]):
            raise Refusal(400, f"NoteNo {data['NoteNo']} is already registered.")
        quantities = _quantities(order, data.get("DeliveryNoteItems") or [])
        for part_no, quantity in quantities.items():
            order["rows"][part_no]["delivered"] += quantity
        number = self._state.take_number("delivery_note")
        order["delivery_notes"].append(
            {
                "Id": number,
                "note_no": data["NoteNo"],
                "date": dated(data["DeliveryDate"], self._state.now()),
                "quantities": quantities,
                "packages": _packages(number, data.get("DeliveryNotePackages") or []),
                "Created": self._state.now(),
            }
        )
        status = "Delivered" if _is_delivered(order) else "PartlyDelivered"
        record(self._state, order, "CreateDeliveryNote", status, note_no=data["NoteNo"])
        return Response()

    def _find_order(self, number: str) -> Record:
        """By the ERP's number, or by the basket id as long as no ERP number is known (orders.md § 7)."""
        without_number = [order for order in self._state.orders.find("ref", number) if not order["erp_order_no"]]
        found = self._state.orders.find("erp_order_no", number) or without_number
        if len(found) != 1:
            raise Refusal(400, f"No single order has OrderNo {number}; report the ERP's number first.")
        return found[0]


def _packages(note: int, given: list[Record]) -> list[Record]:
    """The parcels that have a number; one without a status is delivered, as most are."""
    return [
        {
            "Id": note * PACKAGES_EACH + place,
            "ShippingNo": package["ParcelNumber"],
            "StatusId": package.get("StatusId") or PackageStatus.DELIVERED.value,
        }
        for place, package in enumerate(given, start=1)
        if package.get("ParcelNumber")
    ]


def _quantities(order: Record, items: list[Record]) -> dict[str, Decimal]:
    """Delivered quantities by part number; refuse (400) an unknown part and more than is left of one."""
    names = {row["erp_part_no"]: part_no for part_no, row in order["rows"].items()}
    names.update({part_no: part_no for part_no in order["rows"]})
    quantities: dict[str, Decimal] = {}
    for place, item in enumerate(items):
        part_no, quantity = names.get(item["ItemNo"]), Decimal(item["Qty"])
        if part_no is None:
            raise Refusal(400, f"DeliveryNoteItems[{place}].ItemNo: {item['ItemNo']} is not on the order.")
        if quantity < 0:
            raise Refusal(400, f"DeliveryNoteItems[{place}].Qty: {quantity} is less than 0.")
        quantities[part_no] = quantities.get(part_no, Decimal(0)) + quantity
    for part_no, total in quantities.items():
        row = order["rows"][part_no]
        if row["delivered"] + total > row["ordered"]:
            raise Refusal(400, f"{part_no}: {row['delivered'] + total} delivered of {row['ordered']} ordered.")
    return quantities


def _is_delivered(order: Record) -> bool:
    """All that is physical decides; freight and service rows matter only where nothing is physical."""
    rows = list(order["rows"].values())
    deciding = [row for row in rows if row["physical"]] or rows
    return all(row["delivered"] >= row["ordered"] for row in deciding)
