"""Do the rows add up: every way an order may be meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orders.sums import fitting, quantity, readings
from tests.orders.samples import item, read, small

TOLERANCE = Decimal("0.50")


def lines_of(reading: Any) -> list[int]:
    return [row.line_no for row in reading.items]


@pytest.mark.parametrize("name", ["01", "02", "03", "04", "05", "06"])
def test_every_sample_order_adds_up_with_all_its_rows(name: str) -> None:
    request = read(name)
    reading = fitting(request, Decimal(0))
    assert reading is not None
    assert (len(reading.items), reading.rounding) == (len(request.items), 0)


def test_a_row_is_price_and_vat_times_quantity() -> None:
    assert readings(small(item(1, "80", vat="20", quantity=3)))[0].rows == Decimal(300)


def test_the_quantity_with_decimals_goes_before_the_whole_one() -> None:
    request = small(item(1, "100", quantity=2, Quantity2=Decimal("1.5")), paid="150")
    assert quantity(request.items[0]) == Decimal("1.5")
    assert fitting(request, Decimal(0)) is not None


def test_a_bundle_may_be_priced_on_its_parent() -> None:
    request = small(item(1, "500"), item(2, "300", ParentLineNo=1), item(3, "200", ParentLineNo=1), paid="500")
    reading = fitting(request, TOLERANCE)
    assert reading is not None and lines_of(reading) == [1]


def test_a_bundle_may_be_priced_on_its_children() -> None:
    request = small(item(1, "450"), item(2, "300", ParentLineNo=1), item(3, "200", ParentLineNo=1), paid="500")
    reading = fitting(request, TOLERANCE)
    assert reading is not None and lines_of(reading) == [2, 3]


def test_a_bundle_beside_other_rows_keeps_them() -> None:
    request = small(item(1, "500"), item(2, "500", ParentLineNo=1), item(3, "49", TypeGroup="Fee"), paid="549")
    reading = fitting(request, TOLERANCE)
    assert reading is not None and lines_of(reading) == [1, 3]


def test_all_rows_go_before_the_other_readings() -> None:
    request = small(item(1, "0"), item(2, "300", ParentLineNo=1), paid="300")
    reading = fitting(request, TOLERANCE)
    assert reading is not None and lines_of(reading) == [1, 2]


def test_order_fees_add_and_order_discounts_subtract_whatever_their_sign() -> None:
    fees = [{"Amount": 49, "Type": 0}, {"Amount": 29, "Type": "1"}]
    for sign in (1, -1):
        request = small(item(1, "100"), paid="128", Fees=fees, Discounts=[{"Amount": sign * 50, "Code": "X"}])
        assert fitting(request, Decimal(0)) is not None


def test_all_payments_count() -> None:
    request = small(
        item(1, "100"), Payments=[{"PaymentRef": "card", "Amount": 60}, {"PaymentRef": "gift", "Amount": 40}]
    )
    assert fitting(request, Decimal(0)) is not None


@pytest.mark.parametrize(("paid", "fits"), [("100.50", True), ("99.50", True), ("100.51", False), ("99.49", False)])
def test_the_tolerance_is_inclusive_on_both_sides(paid: str, fits: bool) -> None:
    assert (fitting(small(item(1, "100"), paid=paid), TOLERANCE) is not None) is fits


def test_cents_are_added_exactly() -> None:
    request = small(*(item(number, "0.1") for number in range(1, 11)), paid="1.0")
    assert fitting(request, Decimal(0)) is not None
