"""Which events an order raises in Norce, when, and with which body."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.norce import wire
from connectors.norce.types import events
from connectors.sandbox.order_events import raise_order_received
from tests.connectors.sandbox.conftest import ORDER, Caller
from tests.connectors.sandbox.test_invoices import invoice
from tests.connectors.sandbox.test_orders import CONFIRMED, note

CONTRACT = json.loads(files("connectors.norce").joinpath("contracts", "norce-events.schema.json").read_text())
PERSON = {"FirstName": "Maja", "LastName": "Provberg", "CellPhone": "+46701740605"}
BUYER = {**ORDER["SellTo"], "Person": {**PERSON, "Email": "maja@example.com"}}
STORE = {"PickupStore": {"Code": "STORE-17", "Name": "Exempelbutiken"}}
NAMED = {"ClientId": 1900, "ApplicationId": 1901, "ClientOrderRef": "5100231", "Source": "WEB"}
OF_ORDER = {**NAMED, "OrderId": 9900001, "OrderNo": "SO1", **PERSON}
INVOICE = invoice("F1", IsLastInvoiceForOrder=True)


@pytest.fixture
def ordered(norce: Caller) -> Caller:
    """A tenant that sends events and has one order, of a person for a company."""
    norce.order(SellTo=BUYER, ShippingAdvice=STORE)
    return norce


@pytest.fixture
def confirmed(ordered: Caller) -> Caller:
    """The same, and the ERP has confirmed the order as SO1."""
    status(ordered, "Confirmed")
    return ordered


def status(caller: Caller, name: str) -> None:
    answer = caller.connect("Order/SendOrderStatus", {**CONFIRMED, "OrderStatus": name})
    assert answer.status_code == 200, answer.text


def order_events(caller: Caller) -> list[tuple[str, Any]]:
    return [(name, body) for name, body in caller.events() if name.startswith(("Order", "Invoice"))]


def test_an_order_raises_its_receipt_before_anything_else_and_once(ordered: Caller) -> None:
    ordered.order(SellTo=BUYER)
    assert ordered.events()[0] == ("OrderReceivedEvent", {**NAMED, **PERSON, "Email": "maja@example.com"})
    assert len(order_events(ordered)) == 1


def test_a_confirmation_is_told_once_per_order_for_ever(confirmed: Caller) -> None:
    status(confirmed, "BackOrder")
    status(confirmed, "Confirmed")
    assert order_events(confirmed)[1:] == [("OrderConfirmedEvent", OF_ORDER)]


def test_another_order_is_confirmed_for_itself(confirmed: Caller) -> None:
    confirmed.order(ClientOrderRef="5100232", SellTo=BUYER)
    confirmed.connect("Order/SendOrderStatus", {**CONFIRMED, "ClientOrderRef": 5100232, "ErpOrderNo": "SO2"})
    told = confirmed.events("OrderConfirmedEvent")
    assert [(body["OrderId"], body["OrderNo"]) for _, body in told] == [(9900001, "SO1"), (9900002, "SO2")]


def test_an_order_that_waits_at_a_store_is_told_once_with_the_store(confirmed: Caller) -> None:
    for name in ("ReadyForPickup", "ReadyForPickup", "OnHold", "ReadyForPickup"):
        status(confirmed, name)
    told = ("OrderReadyForPickupEvent", {**OF_ORDER, "DropPointCode": "STORE-17"})
    assert order_events(confirmed)[2:] == [told]


def test_delivery_notes_raise_partly_delivered_and_delivered(confirmed: Caller) -> None:
    for number, quantity in (("N1", 1), ("N2", 1), ("N3", 2)):
        confirmed.connect("Order/CreateDeliveryNote", note(number, quantity))
    partly, fully = ("OrderPartlyDeliveredEvent", OF_ORDER), ("OrderDeliveredEvent", OF_ORDER)
    assert order_events(confirmed)[2:] == [partly, partly, fully]


def test_a_status_call_raises_delivered_and_its_repeat_nothing(confirmed: Caller) -> None:
    status(confirmed, "Delivered")
    status(confirmed, "Delivered")
    assert order_events(confirmed)[2:] == [("OrderDeliveredEvent", OF_ORDER)]


@pytest.mark.parametrize("name", ["Cancelled", "Invoiced", "OnHold", "Acknowledged"])
def test_a_status_that_no_event_is_about_raises_nothing(confirmed: Caller, name: str) -> None:
    status(confirmed, name)
    assert len(order_events(confirmed)) == 2


def test_a_cancel_by_connect_names_the_basket_while_no_number_is_known(ordered: Caller) -> None:
    for _ in range(2):
        ordered.connect("Order/CancelOrder", {"ClientOrderRef": 5100231})
    assert order_events(ordered)[1:] == [("OrderCancelledEvent", {**OF_ORDER, "OrderNo": "5100231"})]


def test_a_capture_is_told_by_the_id_of_the_invoice(confirmed: Caller) -> None:
    assert confirmed.connect("Order/CreateInvoice", INVOICE).status_code == 200
    body = {"ClientId": 1900, "ApplicationId": 1901, "CapturedInvoiceId": 440001, "State": "Captured"}
    assert order_events(confirmed)[2:] == [("InvoiceCaptureCompletedEvent", body)]


def test_an_invoice_without_a_capture_has_nothing_to_tell(confirmed: Caller) -> None:
    confirmed.connect("Order/CreateInvoice", {**INVOICE, "SuppressPspCall": True})
    assert confirmed.orders()[0]["status"] == "Invoiced"
    assert len(order_events(confirmed)) == 2


def test_a_capture_that_fails_is_told_as_error_and_takes_no_money(confirmed: Caller) -> None:
    confirmed.control("faults", {"norce": {"fail_captures": 1}})
    confirmed.connect("Order/CreateInvoice", INVOICE)
    order = confirmed.orders()[0]
    assert order_events(confirmed)[-1][1]["State"] == "Error"
    assert (order["captures"], [payment["released"] for payment in order["payments"]]) == ([], [0, 0])


def test_only_as_many_captures_fail_as_were_asked_for(confirmed: Caller) -> None:
    confirmed.control("faults", {"norce": {"fail_captures": 1}})
    for number in ("F1", "F2"):
        confirmed.connect("Order/CreateInvoice", invoice(number))
    told = confirmed.events("InvoiceCaptureCompletedEvent")
    assert [(body["CapturedInvoiceId"], body["State"]) for _, body in told] == [(440001, "Error"), (440002, "Captured")]


def test_every_body_is_the_contracts_with_no_member_more(confirmed: Caller) -> None:
    status(confirmed, "ReadyForPickup")
    confirmed.connect("Order/CreateDeliveryNote", note("N1", 4))
    confirmed.connect("Order/CreateInvoice", INVOICE)
    confirmed.control("norce/orders/5100231/cancel", {"status": "WaitingForCancel"})
    names = set()
    for name, body in confirmed.events():
        Draft202012Validator({**CONTRACT, "$ref": f"#/$defs/{name}"}).validate(body)
        assert wire.read(events.TYPES[name], body).extra == {}
        names.add(name)
    assert len(names) == 8


@pytest.mark.parametrize("change", [{"application_key": "another"}, {"client_order_ref": ""}])
def test_an_order_that_norce_could_not_name_raises_nothing(ordered: Caller, change: dict[str, str]) -> None:
    order = {**ordered.orders()[0], **change}
    raise_order_received(ordered.sandbox.state, order)
    assert len(order_events(ordered)) == 1
