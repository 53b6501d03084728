"""Status changes, cancellation and delivery notes in the tenant."""

from __future__ import annotations

import pytest

from tests.connectors.sandbox.conftest import Caller

CONFIRMED = {"ClientOrderRef": 5100231, "ErpOrderNo": "SO1", "OrderStatus": "Confirmed", "AccountId": 10000}


def note(number: str, quantity: float, order: str = "SO1", item: str = "JACKET") -> dict[str, object]:
    """Return a delivery note over one row."""
    row = {"ItemNo": item, "Qty": quantity, "RowNumber": 1}
    return {"OrderNo": order, "NoteNo": number, "DeliveryDate": "2026-03-01T10:00:00", "DeliveryNoteItems": [row]}


@pytest.fixture
def confirmed(sandbox: Caller) -> Caller:
    """A sandbox with one order that the ERP has confirmed as SO1."""
    sandbox.order()
    assert sandbox.connect("Order/SendOrderStatus", CONFIRMED).status_code == 200
    return sandbox


def test_confirmed_takes_the_erp_number_and_is_kept_in_the_history(confirmed: Caller) -> None:
    order = confirmed.orders()[0]
    assert (order["status"], order["erp_order_no"]) == ("Confirmed", "SO1")
    assert [(change["status"], change["account_id"]) for change in order["history"]] == [("Confirmed", 10000)]


def test_an_identical_status_is_counted_and_changes_nothing(confirmed: Caller) -> None:
    confirmed.connect("Order/SendOrderStatus", CONFIRMED)
    order = confirmed.orders()[0]
    assert (order["repeats"], len(order["history"])) == (1, 1)


def test_it_refuses_the_erp_number_of_another_order(confirmed: Caller) -> None:
    confirmed.order(ClientOrderRef="5100232")
    answer = confirmed.connect("Order/SendOrderStatus", {**CONFIRMED, "ClientOrderRef": 5100232})
    assert (answer.status_code, confirmed.orders()[1]["erp_order_no"]) == (400, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ClientOrderRef": "5100231"}, "ClientOrderRef"),
        ({"ClientOrderRef": 2**31}, "ClientOrderRef"),
        ({"ClientOrderRef": 1}, "ClientOrderRef 1"),
        ({"OrderStatus": "Shipped"}, "OrderStatus"),
        ({"Infos": [{"Value": "x"}]}, "Infos[0]"),
    ],
)
def test_it_refuses_a_wrong_status_call_by_its_path(sandbox: Caller, change: dict[str, object], told: str) -> None:
    sandbox.order()
    answer = sandbox.connect("Order/SendOrderStatus", {**CONFIRMED, **change})
    assert answer.status_code == 400
    assert told in answer.text


def test_two_sources_with_one_reference_need_the_erp_number(confirmed: Caller) -> None:
    confirmed.order(Source="Marketplace")
    assert (
        confirmed.connect("Order/SendOrderStatus", {"ClientOrderRef": 5100231, "OrderStatus": "OnHold"}).status_code
        == 400
    )
    assert confirmed.connect("Order/SendOrderStatus", CONFIRMED).status_code == 200


def test_a_cancellation_releases_only_the_listed_payments(sandbox: Caller) -> None:
    sandbox.order()
    answer = sandbox.connect("Order/CancelOrder", {"ClientOrderRef": 5100231, "Payments": [{"PaymentRef": "card-1"}]})
    order = sandbox.orders()[0]
    assert (answer.status_code, order["status"]) == (200, "Cancelled")
    assert [payment["released"] for payment in order["payments"]] == [0, 400]


def test_a_cancellation_with_an_unknown_payment_releases_nothing(sandbox: Caller) -> None:
    sandbox.order()
    payments = [{"PaymentRef": "card-1"}, {"PaymentRef": "other"}]
    assert sandbox.connect("Order/CancelOrder", {"ClientOrderRef": 5100231, "Payments": payments}).status_code == 400
    assert [payment["released"] for payment in sandbox.orders()[0]["payments"]] == [0, 0]


def test_a_part_delivery_and_its_rest_end_as_delivered(confirmed: Caller) -> None:
    confirmed.connect("Order/CreateDeliveryNote", note("N1", 1.5))
    assert confirmed.orders()[0]["status"] == "PartlyDelivered"
    confirmed.connect("Order/CreateDeliveryNote", note("N2", 2.5, item="ERP-JACKET"))
    assert confirmed.orders()[0]["status"] == "Delivered"


@pytest.mark.parametrize(
    "wrong", [note("N1", 1), note("N2", 4), note("N2", 1, item="HAT"), note("N2", 1, order="5100231")]
)
def test_it_refuses_a_repeated_note_too_much_an_unknown_part_and_the_old_number(
    confirmed: Caller, wrong: dict[str, object]
) -> None:
    assert confirmed.connect("Order/CreateDeliveryNote", note("N1", 1)).status_code == 200
    assert confirmed.connect("Order/CreateDeliveryNote", wrong).status_code == 400
    assert confirmed.orders()[0]["rows"]["JACKET"]["delivered"] == 1


def test_a_delivery_note_finds_the_order_by_its_reference_while_no_number_is_known(sandbox: Caller) -> None:
    sandbox.order()
    assert sandbox.connect("Order/CreateDeliveryNote", note("N1", 4, order="5100231")).status_code == 200
