"""The events of an order: received, its statuses, cancelled, captured."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.applications import APPLICATION_IDS, CLIENT_ID
from connectors.sandbox.events import raise_event
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

ADMIN = "Admin"
CANCELS = {"CancelOrder", ADMIN}
SETS_STATUS = {"SendOrderStatus", "CreateDeliveryNote"}
BY_STATUS = {
    "Confirmed": "OrderConfirmedEvent",
    "PartlyDelivered": "OrderPartlyDeliveredEvent",
    "Delivered": "OrderDeliveredEvent",
    "ReadyForPickup": "OrderReadyForPickupEvent",
}
ONCE = {"Confirmed", "ReadyForPickup"}


def raise_order_received(state: State, order: Record) -> None:
    """Raise OrderReceivedEvent, the only one with the buyer's address; it has no order id."""
    _raise(state, order, "OrderReceivedEvent", **_named(order, "Email", "CellPhone", "FirstName", "LastName"))


def raise_status_event(state: State, order: Record, call: str, status: str) -> None:
    """Raise the event of a status before it is in the order's history; Confirmed and ReadyForPickup once per order.

    ``call`` is what sets the status: a cancel counts only when it is asked for by Connect or in Norce's
    admin. That each part delivery has an event is inferred.
    """
    event_type = BY_STATUS.get(status) if call in SETS_STATUS else None
    if call in CANCELS:
        event_type = "OrderCancelledEvent"
    is_repeat = status in ONCE and any(change["status"] == status for change in order["history"])
    if event_type is None or is_repeat:
        return
    place = {"DropPointCode": order["drop_point"]} if status == "ReadyForPickup" else {}
    number = order["erp_order_no"] or order["client_order_ref"]
    person = _named(order, "CellPhone", "FirstName", "LastName")
    _raise(state, order, event_type, OrderId=order["Id"], OrderNo=number, **person, **place)


def raise_capture_completed(state: State, order: Record, invoice_id: int, *, is_captured: bool) -> None:
    """Raise InvoiceCaptureCompletedEvent; it names neither the order nor the number of the invoice."""
    application = _application(order)
    if application:
        body = {
            "ClientId": CLIENT_ID,
            "ApplicationId": application,
            "CapturedInvoiceId": invoice_id,
            "State": "Captured" if is_captured else "Error",
        }
        raise_event(state, "InvoiceCaptureCompletedEvent", body)


def _raise(state: State, order: Record, event_type: str, **members: Any) -> None:
    """Nothing can be said of an order without a reference or of no application: Norce itself has none."""
    application, reference = _application(order), order["client_order_ref"]
    if application and reference:
        named = {"ClientId": CLIENT_ID, "ApplicationId": application, "ClientOrderRef": reference}
        raise_event(state, event_type, {**named, **members, "Source": order["source"]})


def _application(order: Record) -> int | None:
    return APPLICATION_IDS.get(order["application_key"].lower())


def _named(order: Record, *names: str) -> Record:
    return {name: order["contact"][name] for name in names}
