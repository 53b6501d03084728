"""What a mail may show: amounts that add up to the öre, and the right people and places."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import PermanentError
from connectors.norce.types.query import OrderItemRow, OrderPersonRow, OrderRow
from orders.notice_content import Address, Content, delivery, ordered, pickup
from orders.notice_samples import LINES, NOTE, ORDER

CENT = Decimal("0.01")
items = st.builds(
    OrderItemRow,
    part_no=st.just("A"),
    qty_ordered=st.decimals(0, 1000, places=2),
    price_sale=st.decimals(0, 100_000, places=4),
    line_amount=st.decimals(-10_000, 100_000, places=4),
    vat_rate=st.sampled_from([Decimal(0), Decimal(6), Decimal(12), Decimal("25.0"), Decimal(25)]),
)


def content_of(order: OrderRow = ORDER) -> Content:
    found = ordered(order, shop="Shop", currency="SEK", country="SE")["order"]
    assert isinstance(found, Content)
    return found


@given(st.lists(items, max_size=12).map(tuple))
def test_lines_and_rates_add_up_to_the_total(lines: tuple[OrderItemRow, ...]) -> None:
    content = content_of(OrderRow(items=lines))
    assert sum((line.amount for line in content.lines), Decimal(0)) == content.total
    assert sum((row.gross for row in content.vat_rows), Decimal(0)) == content.total
    assert content.net + content.vat == content.total
    assert all(row.net + row.vat == row.gross for row in content.vat_rows)
    assert len({row.rate for row in content.vat_rows}) == len(content.vat_rows)


@given(st.lists(items, min_size=1, max_size=12).map(tuple))
def test_rounding_takes_at_most_half_an_ore_a_line(lines: tuple[OrderItemRow, ...]) -> None:
    exact = sum(
        (Decimal(line.line_amount or 0) * (1 + Decimal(line.vat_rate or 0) / 100) for line in lines), Decimal(0)
    )
    assert abs(content_of(OrderRow(items=lines)).total - exact) <= CENT / 2 * len(lines)


def test_half_an_ore_goes_up() -> None:
    item = OrderItemRow(line_amount=Decimal("0.004"), vat_rate=Decimal(25))
    assert content_of(OrderRow(items=(item,))).total == CENT


def test_freight_is_counted_once_as_the_line_it_is() -> None:
    order = replace(ORDER, items=(LINES[0], LINES[2]), extra={"FreightCost": Decimal(49)})
    [row] = content_of(order).vat_rows
    assert (row.net, row.vat, row.gross) == (Decimal("1047.40"), Decimal("261.85"), Decimal("1309.25"))


def test_a_cancelled_line_is_neither_shown_nor_counted() -> None:
    order = replace(ORDER, items=(LINES[0], replace(LINES[2], status_id=6)))
    content = content_of(order)
    assert ([line.part_no for line in content.lines], content.total) == (["CHAIR-OAK-01"], Decimal("1248.00"))


@pytest.mark.parametrize("gap", [{"line_amount": None}, {"vat_rate": None}])
def test_a_line_without_amount_or_rate_is_refused_by_its_number(gap: dict[str, None]) -> None:
    with pytest.raises(PermanentError, match="Line 1 of the order has no LineAmount or no VatRate"):
        content_of(replace(ORDER, items=(replace(LINES[0], **gap),)))


def test_the_address_is_who_it_ships_to_else_the_orders_own() -> None:
    own = replace(ORDER, ship_to=OrderPersonRow(first_name="Elin"), delivery_name="Ombud", delivery_city="Provby")
    places = [ordered(order, shop="S", currency="", country="")["address"] for order in (ORDER, own)]
    assert [(place.name, place.city) for place in places] == [  # type: ignore[attr-defined]
        ("Exempelbygg AB", "Exempelstad"),
        ("Ombud", "Provby"),
    ]


def test_tracking_numbers_are_those_there_are_once_each() -> None:
    packages = (*NOTE.packages, NOTE.packages[0], replace(NOTE.packages[0], shipping_no=" "))
    found = delivery(replace(NOTE, packages=packages), partial=False)["delivery"]
    assert found.tracking == ("EXAMPLE-PARCEL-0001", "EXAMPLE-PARCEL-0002")  # type: ignore[attr-defined]


def test_nobody_is_sent_home_to_pick_up_an_order() -> None:
    home = OrderPersonRow(address_line1="Exempelgatan 12")
    at_home = replace(ORDER, buyer=home, ship_to=home)
    assert pickup("STORE-17", at_home)["address"] == Address()
    assert "address" not in pickup("STORE-17", replace(at_home, ship_to=OrderPersonRow(address_line1="Butiksgatan 1")))
    assert "address" not in pickup(None, at_home)
