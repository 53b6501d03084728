"""The questions that hold an order for a person, and what lets it go."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import HoldError
from connectors.norce.types.orders import OrderRequest
from orders.checks import check
from orders.sums import Reading
from tests.orders.samples import item, read, small


def checked(request: OrderRequest, *released: str) -> Reading:
    return check(request, tolerance=Decimal("0.50"), released=released)


QUESTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("dohold", {"DoHold": True}, "DoHold"),
    ("external", {"OrderType": 5, "Source": "POS-7"}, "POS-7"),
    ("external", {"OrderType": "ExternalOrder"}, "delivered already"),
    ("currency", {"CurrencyCode": "EUR"}, "EUR, a payment in SEK"),
    ("sums", {"Payments": [{"PaymentRef": "p", "Amount": 1500}]}, "1596.10 SEK, the payments to 1500.00: 96.10 apart"),
    ("sums", {"Payments": []}, "payments to 0.00"),
]


@pytest.mark.parametrize(("code", "changes", "told"), QUESTIONS)
def test_it_asks_a_question_that_a_person_may_release(code: str, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(HoldError) as held:
        checked(read("01", **changes))
    assert held.value.code == code
    assert told in held.value.message
    assert "Release" in held.value.remedy


@pytest.mark.parametrize(("code", "changes", "told"), QUESTIONS)
def test_a_released_question_is_not_asked_again(code: str, changes: dict[str, Any], told: str) -> None:
    assert len(checked(read("01", **changes), code).items) == 3


def test_a_release_answers_only_its_own_question() -> None:
    with pytest.raises(HoldError) as held:
        checked(read("01", DoHold=True, Payments=[]), "dohold")
    assert held.value.code == "sums"


def test_an_order_without_rows_is_held_and_cannot_be_released() -> None:
    with pytest.raises(HoldError) as held:
        checked(read("01", Items=[]), "rows", "sums")
    assert held.value.code == "rows"


def test_released_sums_order_the_rows_as_they_are() -> None:
    reading = checked(small(item(1, "100"), paid="80"), "sums")
    assert (reading.rows, reading.paid, reading.rounding) == (100, 100, 0)


def test_a_payment_without_currency_is_in_the_orders() -> None:
    assert checked(small(item(1, "10"), Payments=[{"PaymentRef": "p", "Amount": 10}])).rows == 10
