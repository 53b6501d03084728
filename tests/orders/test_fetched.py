"""A request made of what Query tells: readable, valid by the contract, its rows summing up to Norce's lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import PermanentError
from connectors.norce import wire
from connectors.norce.types.orders import OrderRequest
from connectors.norce.types.query import CompanyRow, OrderItemRow, OrderPersonRow, OrderRow
from connectors.norce.wire import WireError
from orders.contents import read_request
from orders.fetched import Known, is_fetched, to_request
from orders.models import Order
from orders.norce_rows import amount
from orders.sums import due, quantity
from tests.connectors.norce.contracts import ORDER, complaints
from tests.orders.samples import cents

KEY = "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"
CENT = Decimal("0.01")


def known(**changes: Any) -> Known:
    members: dict[str, Any] = {
        "application_key": KEY,
        "currency": "SEK",
        "country": lambda number: {1: "SE"}.get(number, ""),
    }
    return Known(**members | changes)


def line(number: int = 1, **members: Any) -> OrderItemRow:
    values: dict[str, Any] = {
        "line_number": Decimal(number),
        "part_no": f"P{number}",
        "product_name": "Stol",
        "qty_ordered": Decimal(2),
        "price_sale": Decimal(100),
        "line_amount": Decimal(200),
        "vat_rate": Decimal(25),
    }
    return OrderItemRow(**values | members)


def order(*lines: OrderItemRow, **members: Any) -> OrderRow:
    values: dict[str, Any] = {
        "id": 9900130,
        "quotation_id": 881230,
        "order_no": "881230",
        "order_date": "2026-03-11T08:02:10.2Z",
        "type_id": 1,
        "source": "WEB",
        "buyer": OrderPersonRow(
            first_name="Oskar",
            last_name="Provgren",
            email_address="oskar.provgren@example.com",
            address_line1="Exempelgatan 1",
            zip_code="99901",
            city="Exempelstad",
            country_id=1,
        ),
    }
    return OrderRow(**values | {"items": lines or (line(),)} | members)


@st.composite
def lines(draw: st.DrawFn) -> list[OrderItemRow]:
    """Lines with any quantity, amount and rate; discounts and prices as they may be."""
    return [
        line(
            number,
            qty_ordered=draw(cents(1, 10**6)),
            line_amount=draw(cents(-(10**7), 10**8)),
            price_sale=draw(cents(0, 10**6)),
            discount_amount=draw(st.one_of(st.none(), cents(0, 1000))),
            vat_rate=draw(st.sampled_from([Decimal(rate) for rate in (0, 6, 12, 25)])),
            parent_line_number=draw(st.sampled_from([None, Decimal("1.0")])),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]


@settings(deadline=None)
@given(lines())
def test_rows_come_to_norces_lines(rows: list[OrderItemRow]) -> None:
    row = order(*rows)
    body = wire.encode(to_request(row, known()))
    request = read_request(Order(body=body))
    for item, given_line in zip(request.items, rows, strict=True):
        assert round((item.unit_price or 0) * quantity(item), 2) == given_line.line_amount
    assert abs(round(due(request), 2) - amount(row)) <= CENT
    assert complaints(ORDER, "OrderRequest", wire.decode(body)) == []


def test_it_says_who_bought_what_and_where_it_goes() -> None:
    row = order(
        line(1, parent_line_number=None),
        line(2, parent_line_number=Decimal("1.0")),
        delivery_mode="HOME",
        delivery_mark="Elin / projekt 7",
        invoice_mark="4711",
        ship_to=OrderPersonRow(first_name="Elin", last_name="Exempelsson", address_line1="Provvägen 22", country_id=1),
        buyer_customer_code="10045",
    )
    request = wire.write(to_request(row, known()))
    assert request["Header"] == {"ApplicationKey": KEY}
    assert (request["ClientOrderRef"], request["OrderType"], request["DoHold"]) == ("881230", 1, True)
    assert request["SellTo"]["Person"]["CustomerCode"] == "10045"
    assert request["SellTo"]["Person"]["Address"]["Country"] == "SE"
    assert request["ShipTo"]["Person"]["Address"]["Line1"] == "Provvägen 22"
    assert request["ShippingAdvice"] == {"DeliveryMethodCode": "HOME"}
    assert (request["CustomerOrderRef"], request["CustomerInvoiceRef"]) == ("Elin / projekt 7", "4711")
    assert [item.get("ParentLineNo") for item in request["Items"]] == [None, 1]
    assert request.get("Payments", []) == []


def test_a_company_brings_its_numbers() -> None:
    row = order(buyer_company_id=7, buyer=OrderPersonRow(company_name="Exempelbygg AB", last_name="Provberg"))
    company = CompanyRow(company_code="F100", vat_no="SE556677889901", name="Other")
    request = wire.write(to_request(row, known(company=company)))
    assert request["SellTo"]["Company"] == {"Code": "F100", "Name": "Exempelbygg AB", "VatNo": "SE556677889901"}


def test_a_consumer_brings_no_company() -> None:
    request = to_request(order(), known())
    assert request.sell_to and request.sell_to.company is None


def test_without_a_receiver_it_goes_to_the_delivery_address() -> None:
    row = order(delivery_name="Elin Maria Exempelsson", delivery_address_line1="Provvägen 22", delivery_country_id=1)
    person = wire.write(to_request(row, known()))["ShipTo"]["Person"]
    assert (person["FirstName"], person["LastName"]) == ("Elin Maria", "Exempelsson")


def test_fees_are_told_by_their_mapping_or_the_headers_freight() -> None:
    freight = line(2, part_no="FRAKT", line_amount=Decimal(49))
    fee = line(3, part_no="FAKT", line_amount=Decimal(19))
    request = to_request(order(line(), freight, fee, freight_cost=Decimal("49.0")), known(fees={"FAKT"}))
    assert [item.type_group for item in request.items] == ["Undefined", "Fee", "Fee"]


def test_two_lines_of_the_headers_freight_are_no_sign() -> None:
    request = to_request(order(line(1), line(2), freight_cost=Decimal(200)), known())
    assert {item.type_group for item in request.items} == {"Undefined"}


def test_an_external_order_keeps_its_own_number() -> None:
    request = to_request(order(type_id=5, order_no="AB-1", source="TORGET"), known())
    assert (request.client_order_ref, request.source, request.order_type) == ("AB-1", "TORGET", 5)


def test_a_line_without_quantity_and_amount_is_kept() -> None:
    [item] = to_request(order(line(qty_ordered=Decimal(0), line_amount=Decimal(0))), known()).items
    assert (item.quantity, item.unit_price) == (0, 100)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"qty_ordered": Decimal(0)}, "an amount and no quantity"),
        ({"line_number": Decimal("1.5")}, "the number 1.5"),
        ({"line_number": None}, "the number None"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(bad: dict[str, Any], said: str) -> None:
    with pytest.raises(PermanentError, match=said):
        to_request(order(line(**bad)), known())


def test_a_text_that_is_too_long_is_named() -> None:
    with pytest.raises(WireError, match="CustomerOrderRef: expected at most 50"):
        wire.encode(to_request(order(delivery_mark="x" * 51), known()))


@pytest.mark.parametrize(("do_hold", "mark"), [(None, True), (True, False), (False, True)])
def test_only_a_held_request_with_our_mark_is_fetched(do_hold: bool | None, mark: bool) -> None:
    made = to_request(order(), known())
    assert is_fetched(made)
    assert not is_fetched(OrderRequest(do_hold=do_hold, additional_info=made.additional_info if mark else ()))
