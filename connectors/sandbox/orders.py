"""Norce's orders: finding one by its references, its history, status changes and cancellation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.contracts import check
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.order_events import raise_status_event
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

# Which of these the acknowledgement is, is not stated (orders.md § 3); each hands over the ERP's number.
TAKES_ERP_NUMBER = {"Confirmed", "Acknowledged", "ErpConfirmed"}


def find_order(state: State, data: Record) -> Record:
    """Return the order of ClientOrderRef, else of ErpOrderNo; refuse (400) an unknown or ambiguous one."""
    reference, number = data.get("ClientOrderRef"), data.get("ErpOrderNo")
    found = state.orders.find("ref", str(reference)) or state.orders.find("erp_order_no", number or "")
    if len(found) > 1:
        found = [order for order in found if number and order["erp_order_no"] == number]
    if len(found) != 1:
        raise Refusal(400, f"No single order has ClientOrderRef {reference} or ErpOrderNo {number}.")
    return found[0]


def find_payment(order: Record, named: Record) -> Record:
    """Return the reservation with the PaymentCode and PaymentRef that are given; refuse (400) an unknown one."""
    code, reference = named.get("PaymentCode"), named.get("PaymentRef")
    for payment in order["payments"]:
        if code in {None, payment["payment_code"]} and reference in {None, payment["payment_ref"]}:
            found: Record = payment
            return found
    raise Refusal(400, f"The order has no payment with PaymentCode {code} and PaymentRef {reference}.")


def left_of(payment: Record) -> Decimal:
    """Return what can still be captured of a reservation."""
    left: Decimal = payment["reserved"] - payment["captured"] - payment["released"]
    return left


def release(payment: Record) -> None:
    """Give the rest of a reservation back to the buyer."""
    payment["released"] += left_of(payment)


def record(state: State, order: Record, call: str, status: str, **facts: Any) -> None:
    """Set the status, raise its event, add a line to the history and save."""
    raise_status_event(state, order, call, status)
    order["status"], order["Updated"] = status, state.now()
    order["history"].append({"call": call, "status": status, **facts, "time": state.now()})
    state.orders.save(order)


def record_once(state: State, order: Record, call: str, status: str, **facts: Any) -> None:
    """Do as `record`, but only count a call that says the same as the last one did."""
    last = order["history"][-1] if order["history"] else {}
    if {"call": call, "status": status, **facts, "time": last.get("time")} == last:
        order["repeats"] += 1
        state.orders.save(order)
    else:
        record(state, order, call, status, **facts)


def take_erp_number(state: State, order: Record, number: str) -> None:
    """Give the order the ERP's number; refuse (400) one that another order has."""
    if any(other is not order for other in state.orders.find("erp_order_no", number)):
        raise Refusal(400, f"ErpOrderNo {number} belongs to another order.")
    order["erp_order_no"], order["Updated"] = number, state.now()


class Orders:
    """The calls SendOrderStatus and CancelOrder."""

    def __init__(self, state: State) -> None:
        self._state = state

    def send_order_status(self, request: Request) -> Response:
        """Change the status; Confirmed (or another acknowledgement) takes the ERP number along."""
        data = request.json()
        check("order", "SendOrderStatusRequest", data)
        order = find_order(self._state, data)
        number = data.get("ErpOrderNo")
        if number and data["OrderStatus"] in TAKES_ERP_NUMBER:
            take_erp_number(self._state, order, number)
        facts = {
            "erp_order_no": number,
            "account_id": data.get("AccountId"),
            "infos": data.get("Infos") or [],
            "item_statuses": data.get("ItemStatuses") or [],
        }
        record_once(self._state, order, "SendOrderStatus", data["OrderStatus"], **facts)
        return Response()

    def cancel_order(self, request: Request) -> Response:
        """Cancel the order and release the listed payments, no other; refused once money was captured."""
        data = request.json()
        check("order", "CancelOrderRequest", data)
        order = find_order(self._state, data)
        if order["captures"]:
            raise Refusal(400, "The order has captured payments; credit them with CreditPayment instead.")
        payments = [find_payment(order, named) for named in data.get("Payments") or []]
        for payment in payments:
            release(payment)
        released = [payment["payment_ref"] for payment in payments]
        record_once(self._state, order, "CancelOrder", "Cancelled", released=released)
        return Response()
