"""Captures and refunds: never more than was reserved, invoiced or captured."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.conftest import Caller

CARD = {"PaymentRef": "card-1", "Amount": 150}


def invoice(number: str, **changes: Any) -> dict[str, Any]:
    """Return a part invoice of 150 to the card."""
    return {
        "ClientOrderRef": 5100231,
        "InvoiceNo": number,
        "InvoiceDate": "2026-03-01",
        "CurrencyCode": "SEK",
        "IsLastInvoiceForOrder": False,
        "Payment": CARD,
        "Items": [{"PartNo": "JACKET", "Quantity": 1, "UnitPrice": 100, "UnitVat": 25}],
        **changes,
    }


def credit(number: str, amount: float, credited: str = "I1") -> dict[str, Any]:
    """Return a credit of an invoice."""
    return invoice(number, CreditedInvoiceNo=credited, Payment={"PaymentRef": "card-1", "Amount": amount})


@pytest.fixture
def invoiced(sandbox: Caller) -> Caller:
    """A sandbox with one order and one part invoice of 150, captured from the card."""
    sandbox.order()
    assert sandbox.connect("Order/CreateInvoice", invoice("I1")).status_code == 200
    return sandbox


def card(caller: Caller) -> Any:
    """Return the reservation of the card."""
    return caller.orders()[0]["payments"][1]


def test_an_invoice_captures_its_amount_from_the_named_payment(invoiced: Caller) -> None:
    order = invoiced.orders()[0]
    assert order["status"] == "Invoiced"
    assert order["captures"] == [{"invoice_no": "I1", "payment_ref": "card-1", "amount": 150}]
    assert [payment["captured"] for payment in order["payments"]] == [0, 150]


def test_it_refuses_a_repeated_invoice_number(invoiced: Caller) -> None:
    assert invoiced.connect("Order/CreateInvoice", invoice("I1")).status_code == 400
    assert card(invoiced)["captured"] == 150


def test_it_captures_the_items_with_their_vat_when_no_amount_is_named(invoiced: Caller) -> None:
    items = [{"PartNo": "JACKET", "Quantity": 2, "UnitPrice": 10, "VatRate": 25}]
    invoiced.connect("Order/CreateInvoice", invoice("I2", Payment={"PaymentCode": 2}, Items=items))
    assert card(invoiced)["captured"] == 175


@pytest.mark.parametrize(
    "change",
    [
        {"Payment": {"PaymentRef": "card-1", "Amount": 250.01}},
        {"Payment": {"PaymentRef": "card-1", "Amount": 0}},
        {"Payment": {"PaymentRef": "other", "Amount": 1}},
        {"Payment": {"PaymentRef": "card-1", "PaymentCode": 1, "Amount": 1}},
        {"Payment": None},
        {"Items": []},
        {"CurrencyCode": "EUR"},
    ],
)
def test_it_refuses_a_capture_that_is_too_much_or_not_clear(invoiced: Caller, change: dict[str, Any]) -> None:
    assert invoiced.connect("Order/CreateInvoice", invoice("I2", **change)).status_code == 400
    assert (card(invoiced)["captured"], len(invoiced.orders()[0]["invoices"])) == (150, 1)


def test_a_suppressed_psp_call_stores_the_invoice_and_captures_nothing(sandbox: Caller) -> None:
    sandbox.order()
    sandbox.connect("Order/CreateInvoice", invoice("I1", SuppressPspCall=True, Items=None))
    order = sandbox.orders()[0]
    assert (len(order["invoices"]), order["captures"]) == (1, [])


@pytest.mark.parametrize("last", [None, True])
def test_the_last_invoice_closes_the_rest_of_the_reservation(sandbox: Caller, last: bool | None) -> None:
    sandbox.order()
    sandbox.connect("Order/CreateInvoice", invoice("I1", IsLastInvoiceForOrder=last))
    assert sandbox.connect("Order/CreateInvoice", invoice("I2")).status_code == 400
    assert [payment["released"] for payment in sandbox.orders()[0]["payments"]] == [100, 250]


def test_an_order_with_a_capture_cannot_be_cancelled(invoiced: Caller) -> None:
    assert invoiced.connect("Order/CancelOrder", {"ClientOrderRef": 5100231}).status_code == 400
    assert invoiced.orders()[0]["status"] == "Invoiced"


def test_credits_are_refunded_up_to_what_was_invoiced(invoiced: Caller) -> None:
    assert invoiced.connect("Order/CreditPayment", credit("C1", 100)).status_code == 200
    assert invoiced.connect("Order/CreditPayment", credit("C2", 50.01)).status_code == 400
    assert invoiced.connect("Order/CreditPayment", credit("C2", -50)).status_code == 200
    assert (card(invoiced)["refunded"], len(invoiced.orders()[0]["refunds"])) == (150, 2)


@pytest.mark.parametrize(
    "wrong", [credit("C1", 10), credit("I1", 10), credit("C2", 10, credited="I9"), credit("C2", 0)]
)
def test_it_refuses_a_repeated_credit_an_unknown_invoice_and_nothing(invoiced: Caller, wrong: dict[str, Any]) -> None:
    invoiced.connect("Order/CreditPayment", credit("C1", 10))
    assert invoiced.connect("Order/CreditPayment", wrong).status_code == 400
    assert card(invoiced)["refunded"] == 10
