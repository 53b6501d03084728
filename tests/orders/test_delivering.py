"""Which of Norce's orders is meant when Query is asked: the order's own, never another with the same number."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from connectors.errors import PermanentError
from orders.delivering import norce_order_id
from orders.models import Order


class Query:
    """Knows a basket's order and those with the ERP's number, and keeps what it was asked."""

    def __init__(self, *numbered: int) -> None:
        self.numbered = numbered
        self.asked: list[Any] = []

    def order_of_basket(self, basket: int, application: int) -> Any:
        """Return the order 1 of the basket 5100231."""
        self.asked.append(basket)
        return SimpleNamespace(id=1) if basket == 5100231 else None

    def orders_numbered(self, number: str, application: int) -> list[Any]:
        """Return the orders with the ERP's number."""
        self.asked.append(number)
        return [SimpleNamespace(id=id) for id in self.numbered]


def asked(query: Query, reference: str, source: str) -> int | None:
    order = Order(client_order_ref=reference, source=source, erp_order_no="SO1")
    return norce_order_id(query, order, SimpleNamespace(number=1901))  # type: ignore[arg-type]


def test_an_order_of_norce_is_found_by_its_basket() -> None:
    query = Query(2)
    assert (asked(query, "5100231", "WEB"), query.asked) == (1, [5100231])


@pytest.mark.parametrize(("reference", "source"), [("5100231", "POS-7"), ("99999999999", "WEB"), ("AB-1", "POS-7")])
def test_another_sources_number_is_not_taken_for_a_basket(reference: str, source: str) -> None:
    query = Query(2)
    assert (asked(query, reference, source), query.asked) == (2, ["SO1"])


@pytest.mark.parametrize("numbered", [(), (2, 3)])
def test_an_order_that_is_not_single_is_not_guessed(numbered: tuple[int, ...]) -> None:
    with pytest.raises(PermanentError, match=f"{len(numbered)} orders"):
        asked(Query(*numbered), "17", "POS-7")
