"""Many workers at one Tryton, on the database on which it lets them write at the same time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from connectors.erp.base import ErpOrder
from connectors.errors import HubError
from tests.erp_contract.tryton import TrytonWorkbench
from tests.threads import side_by_side
from tests.tryton import postgres
from tests.tryton.golden import Unavailable

pytestmark = [
    pytest.mark.tryton,
    pytest.mark.skipif(
        not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"),
        reason="Tryton on SQLite has one writer at a time; many at once want DATABASE_URL to be a PostgreSQL",
    ),
]
WORKERS = 6
ORDERS = 3


@pytest.fixture(scope="module")
def bench() -> Iterator[TrytonWorkbench]:
    """A Tryton on PostgreSQL with a clerk in it."""
    try:
        with postgres.running() as server:
            yield TrytonWorkbench(server)
    except Unavailable as error:
        pytest.skip(f"No Tryton to test against: {error}")


def created(bench: TrytonWorkbench, order: ErpOrder) -> str:
    """Create an order as a worker does who comes back after a fault; return its number, "" when Tryton refused it."""
    try:
        return bench.erp().create_order(order).number
    except HubError:
        return ""


def test_many_workers_with_the_same_order_make_one_sale(bench: TrytonWorkbench) -> None:
    order = bench.order(bench.erp().create_party(bench.party()))
    made = {number for number in side_by_side(WORKERS, lambda _: created(bench, order)) if number}
    assert made
    assert bench.orders_with(order.reference) == 1
    assert {created(bench, order)} == made


def test_many_workers_with_orders_of_their_own_make_each_once(bench: TrytonWorkbench) -> None:
    customer = bench.erp().create_party(bench.party())
    orders = [[bench.order(customer) for _ in range(ORDERS)] for _ in range(WORKERS)]
    numbers = side_by_side(WORKERS, lambda worker: [created(bench, order) for order in orders[worker]])
    again = [
        [number or created(bench, order) for number, order in zip(*pair, strict=True)]
        for pair in zip(numbers, orders, strict=True)
    ]
    made = [number for worker in again for number in worker]
    assert len(set(made)) == WORKERS * ORDERS
    assert {bench.orders_with(order.reference) for worker in orders for order in worker} == {1}
