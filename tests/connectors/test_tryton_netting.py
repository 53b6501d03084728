"""Tryton's invoices below zero: told together with what makes up for them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.erp.tryton_netting import netted

NETTED = [
    ([49, 1000], [("2", 1000, 1), ("1", 49, 1)]),
    ([-51, 1000], [("2", 949, 2)]),
    ([-51, 30, 1000], [("3", 979, 3)]),
    ([-51, 51], [("2", 0, 2)]),
    ([300, -51, 300], [("1", 300, 1), ("3", 249, 2)]),
    ([300, -51], [("1", 300, 1)]),
    ([-51], []),
]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("totals", "told"), NETTED)
def test_what_is_below_zero_waits_for_what_makes_up_for_it(
    sign: int, totals: list[int], told: list[tuple[str, int, int]]
) -> None:
    made = [
        {"number": str(place), "total_amount": Decimal(sign * total), "lines.": [{"id": place}]}
        for place, total in enumerate(totals, 1)
    ]
    found = [(one["number"], int(sign * one["total_amount"]), len(one["lines."])) for one in netted(made, sign)]
    assert sorted(found) == sorted(told)


def test_a_rounding_alone_is_told_with_the_goods() -> None:
    rounding = {"number": "1", "total_amount": Decimal("0.01"), "lines.": []}
    goods = {"number": "2", "total_amount": Decimal(599), "lines.": [{"id": 2}]}
    assert netted([rounding, goods]) == [goods | {"total_amount": Decimal("599.01")}]
