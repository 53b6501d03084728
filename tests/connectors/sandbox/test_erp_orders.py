"""The small ERP's lists of orders: what has changed, a customer's, counts with sums; and orders it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.connectors.sandbox.conftest import Caller, Clock
from tests.connectors.sandbox.erp import LINES, clerk, line, place, read

ORDER = {"reference": "1901-1", "customer_code": "C10001", "currency": "SEK", "total": "250.00", "lines": [line(1)]}
NUMBERS = [f"SO10000{place}" for place in range(1, 6)]


@pytest.fixture
def erp(sandbox: Caller, clock: Clock) -> Caller:
    """An ERP with five orders of one customer, a minute apart."""
    for number in NUMBERS:
        assert place(sandbox, [line(1)], reference=f"1901-{number[-1]}") == number
        clock.pass_seconds(60)
    return sandbox


def ago(clock: Clock, seconds: float = 0) -> str:
    """Return a moment before now as the hub writes one."""
    return datetime.fromtimestamp(clock() - seconds, UTC).isoformat()


def pages(erp: Caller, path: str, **params: str) -> list[list[str]]:
    """Return the numbers of a list's pages."""
    found, after = [], ""
    while True:
        answer = erp.erp(path, after=after, **params).json()
        found.append([order["number"] for order in answer["orders"]])
        after = answer["next"]
        if not after:
            return found


def test_what_has_changed_is_listed_in_pages_by_number(erp: Caller) -> None:
    assert pages(erp, "orders/changed", limit="2") == [NUMBERS[:2], NUMBERS[2:4], NUMBERS[4:]]
    assert pages(erp, "orders/changed", limit="5") == [NUMBERS]


def test_only_what_has_changed_since_a_moment_is_listed_with_all_its_documents(erp: Caller, clock: Clock) -> None:
    since = ago(clock)
    clerk(erp, "ship", NUMBERS[3])
    clerk(erp, "status", NUMBERS[1], status="back_order")
    listed = erp.erp("orders/changed", since=since).json()["orders"]
    assert listed == [read(erp, NUMBERS[1]), read(erp, NUMBERS[3])]
    assert [len(order["deliveries"]) for order in listed] == [0, 1]


def test_an_order_that_changes_between_two_pages_moves_no_other(erp: Caller) -> None:
    first = erp.erp("orders/changed", limit="2").json()
    clerk(erp, "ship", NUMBERS[0])
    clerk(erp, "delete", NUMBERS[1])
    rest = erp.erp("orders/changed", after=first["next"]).json()["orders"]
    assert [order["number"] for order in [*first["orders"], *rest]] == NUMBERS


def test_a_customers_orders_are_listed_latest_first(erp: Caller) -> None:
    assert pages(erp, "customers/C10001/orders", limit="2") == [NUMBERS[:2:-1], NUMBERS[2:0:-1], NUMBERS[:1]]
    assert pages(erp, "customers/C9/orders") == [[]]


def test_what_is_done_to_an_order_does_not_move_it_in_its_customers_list(erp: Caller) -> None:
    clerk(erp, "ship", NUMBERS[0])
    clerk(erp, "invoice", NUMBERS[2], all=True)
    assert pages(erp, "customers/C10001/orders", limit="1") == [[number] for number in NUMBERS[::-1]]


def test_a_list_shows_no_others_and_no_documents(erp: Caller) -> None:
    erp.erp("customers", {"kind": "person", "name": "Olle Provberg", "last_name": "Provberg"})
    number = place(erp, LINES, reference="1901-9", customer_code="C10002", currency="EUR")
    [order] = erp.erp("customers/C10002/orders").json()["orders"]
    assert order == {
        **{"number": number, "reference": "1901-9", "customer_code": "C10002", "status": "open"},
        **{"currency": "EUR", "total": "800.00", "created": read(erp, number)["created"]},
    }


def test_orders_are_counted_and_summed_by_currency_in_a_span_and_with_a_prefix(erp: Caller, clock: Clock) -> None:
    place(erp, LINES, reference="1902-1", currency="EUR")

    def totals(**params: str) -> tuple[int, dict[str, str]]:
        answer = erp.erp("orders/totals", **params).json()
        return answer["count"], answer["sums"]

    assert totals() == (6, {"SEK": "1250.00", "EUR": "800.00"})
    assert totals(prefix="1902-") == (1, {"EUR": "800.00"})
    assert totals(since=ago(clock, 120), prefix="1901-") == (2, {"SEK": "500.00"})
    assert totals(since=ago(clock, 180), until=ago(clock, 60)) == (2, {"SEK": "500.00"})
    assert totals(prefix="1903-") == (0, {})


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("orders/changed", {"since": "yesterday"}, "since"),
        ("orders/changed", {"since": "2027-01-15T08:00:00"}, "since"),
        ("orders/changed", {"limit": "0"}, "limit"),
        ("customers/C10001/orders", {"limit": "1001"}, "limit"),
        ("orders/totals", {"until": "x"}, "until"),
    ],
)
def test_a_question_is_refused_by_its_parameter(erp: Caller, path: str, params: dict[str, str], field: str) -> None:
    answer = erp.erp(path, **params)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": ["JACKET"]}, "lines"),
        ({"lines": [line(1), line(1)]}, "lines"),
        ({"lines": [line(1) | {"line_no": None}]}, "lines"),
        ({"lines": [line(1, "NaN")]}, "lines"),
        ({"lines": [line(1, "Infinity")]}, "total"),
        ({"total": "NaN"}, "lines"),
        ({"total": [1]}, "lines"),
        ({"total": None}, "lines"),
        ({"reference": None}, "reference"),
        ({"currency": ""}, "currency"),
    ],
)
def test_an_order_is_refused_by_its_field(erp: Caller, change: dict[str, Any], field: str) -> None:
    answer = erp.erp("orders", ORDER | change)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_an_unknown_part_and_a_wrong_total_are_said_together(make: Callable[..., Caller]) -> None:
    erp = make(known_parts=("P2",))
    place(erp, [line(2)])
    answer = erp.erp("orders", ORDER | {"total": "1.00"})
    assert sorted(answer.json()["errors"]) == ["lines[0].part_no", "total"]


def test_an_order_whose_number_looks_like_a_path_is_found_by_it(erp: Caller) -> None:
    erp.sandbox.state.erp_orders.save(read(erp, NUMBERS[0]) | {"number": "A/1%2F?#"})
    assert erp.erp("orders/A%2F1%252F%3F%23").json()["number"] == "A/1%2F?#"
    assert erp.erp("orders/A/1").status_code == 404
