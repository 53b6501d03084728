"""The example adapter reads orders and their documents: as they are, or not at all and without quoting a buyer."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses

from connectors.erp import schemes
from connectors.erp.base import (
    ErpAddress,
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpOrderNews,
    ErpOrderSummary,
    ErpParcel,
    ErpRow,
    ErpStatus,
    ErpTotals,
    HistoryPage,
    NewsPage,
)
from connectors.errors import PermanentError, TransientError
from connectors.http import Http

URL = "http://erp.example.com/erp"
NOON, DUE = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 2, 14, 12, tzinfo=UTC)
ROW = {
    **{"line_no": 1, "part_no": "JACKET", "description": None, "quantity": "1.5"},
    **{"unit_price": "100.00", "unit_vat": "25.00", "vat_rate": None},
}
DONE = {"delivered": "1.5", "invoiced": "1", "cancelled": "0"}
HEAD = {"date": "2027-01-15T12:00:00.000Z", "currency": "SEK", "total": "187.50", "rows": [ROW]}
DELIVERY = {
    **{"number": "D1", "date": "2027-01-15T12:00:00.000Z", "rows": [ROW], "method": "BOX"},
    "parcels": [{"number": "PARCEL-1", "status": "picked_up"}],
    "address": {"name": "Maja Provberg", "city": "Exempelstad"},
}
ORDER = {
    **{"number": "SO1", "reference": "1901-1", "status": "open", "customer_code": "C1"},
    "lines": [{"line_no": 1, "part_no": "JACKET", "quantity": "1.5", "is_fee": False, **DONE}],
    "deliveries": [DELIVERY],
    "invoices": [{**HEAD, "number": "F1", "due_date": "2027-02-14T12:00:00.000Z"}],
    "credits": [{**HEAD, "number": "K1", "invoice": "F1"}],
}
SUMMARY = {
    **{"number": "SO1", "reference": "1901-1", "customer_code": "C1", "status": "open"},
    **{"currency": "SEK", "total": "187.50", "created": "2027-01-15T12:00:00.000Z"},
}
READ_ROW = ErpDocumentRow(
    part_no="JACKET", quantity=Decimal("1.5"), line_no=1, unit_price=Decimal("100.00"), unit_vat=Decimal("25.00")
)
MONEY: Any = {"currency": "SEK", "total": Decimal("187.50"), "rows": (READ_ROW,)}
NEWS = ErpOrderNews(
    number="SO1",
    reference="1901-1",
    status=ErpStatus.OPEN,
    customer_code="C1",
    rows=(ErpRow(line_no=1, part_no="JACKET", ordered=Decimal("1.5"), delivered=Decimal("1.5"), invoiced=Decimal(1)),),
    deliveries=(
        ErpDelivery(
            number="D1",
            delivered_at=NOON,
            rows=(READ_ROW,),
            parcels=(ErpParcel(number="PARCEL-1", status="picked_up"),),
            address=ErpAddress(name="Maja Provberg", city="Exempelstad"),
            method="BOX",
        ),
    ),
    invoices=(ErpInvoice(number="F1", invoiced_at=NOON, due_at=DUE, **MONEY),),
    credits=(ErpCredit(number="K1", credited_invoice="F1", credited_at=NOON, **MONEY),),
)
ODD = [None, [], 7, "SO1", {}, {"orders": None}, {"orders": "", "next": ""}, {"orders": {}, "next": ""}]


def erp() -> Any:
    return schemes.connect("sandbox+http://erp.example.com/erp", Http(system="erp:default", base_url=""))


@pytest.fixture
def answers() -> Any:
    """What the ERP answers to every question."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def changed(place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return the order with another value at a place, without it where the value is ``...``."""
    order: Any = deepcopy(ORDER)
    inner = order
    for step in place[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return dict(order)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all members in an order."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, inner in items for place in [(*above, name), *places(inner, (*above, name))]]


MEMBERS = [place for place in places(ORDER) if isinstance(place[-1], str)]
OPTIONAL = {"customer_code", "is_fee", "city", "name"}


def test_an_order_is_read_with_all_its_documents(answers: Any) -> None:
    answers.get(f"{URL}/orders/SO1", json=ORDER)
    assert erp().order_news("SO1") == NEWS


def test_a_page_of_news_tells_where_the_next_begins(answers: Any) -> None:
    answers.get(f"{URL}/orders/changed", json={"orders": [ORDER], "next": "SO1"})
    assert erp().list_news(since=NOON, after="SO0", limit=1) == NewsPage(orders=(NEWS,), next="SO1")
    assert answers.calls[0].request.params == {"since": "2027-01-15T12:00:00+00:00", "after": "SO0", "limit": "1"}


def test_a_buyers_orders_are_read(answers: Any) -> None:
    answers.get(f"{URL}/customers/C1/orders", json={"orders": [SUMMARY], "next": ""})
    read = ErpOrderSummary(
        **{"number": "SO1", "reference": "1901-1", "customer_code": "C1", "status": ErpStatus.OPEN},
        **{"ordered_at": NOON, "currency": "SEK", "total": Decimal("187.50")},
    )
    assert erp().list_orders("C1") == HistoryPage(orders=(read,))


def test_totals_are_read_by_currency(answers: Any) -> None:
    answers.get(f"{URL}/orders/totals", json={"count": 3, "sums": {"SEK": "1.10", "EUR": "2"}})
    read = ErpTotals(count=3, sums=(("EUR", Decimal(2)), ("SEK", Decimal("1.10"))))
    assert erp().totals(NOON, DUE, "1901-") == read


@pytest.mark.parametrize("place", [place for place in MEMBERS if place[-1] not in OPTIONAL], ids=str)
def test_an_order_that_lacks_a_member_is_not_read(answers: Any, place: tuple[Any, ...]) -> None:
    answers.get(f"{URL}/orders/SO1", json=changed(place, ...))
    with pytest.raises(PermanentError, match=r"^The ERP gave an answer that cannot be read \(\w+\)\."):
        erp().order_news("SO1")


@pytest.mark.parametrize("value", [[["Maja"]], {"Maja": "Provberg"}, "Maja Provberg"], ids=str)
@pytest.mark.parametrize(
    "place",
    [
        *((name,) for name in ("status", "lines", "deliveries", "invoices", "credits")),
        *(("lines", 0, name) for name in ("line_no", "quantity", "delivered", "invoiced", "cancelled")),
        *(("deliveries", 0, name) for name in ("date", "rows", "parcels", "address")),
        *(("invoices", 0, name) for name in ("date", "due_date", "total", "rows")),
        *(("credits", 0, "rows", 0, name) for name in ("line_no", "quantity", "unit_price", "unit_vat", "vat_rate")),
        ("deliveries", 0, "parcels", 0, "status"),
    ],
    ids=str,
)
def test_an_order_with_a_member_of_a_wrong_kind_stands_apart_and_is_not_quoted(
    answers: Any, place: tuple[Any, ...], value: Any
) -> None:
    answers.get(f"{URL}/orders/changed", json={"orders": [changed(place, value)], "next": ""})
    page = erp().list_news(since=NOON)
    [(number, why)] = page.unreadable
    assert (page.orders, number) == ((), changed(place, value)["number"])
    assert re.search(r"cannot be read \(\w+\)\.", why)
    assert "Maja" not in why


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(((name,), 7) for name in ("number", "reference")),
        (("lines", 0, "quantity"), "NaN"),
        (("invoices", 0, "total"), "Infinity"),
        (("invoices", 0, "date"), "2027-01-15T12:00:00"),
        (("credits", 0, "invoice"), None),
        (("deliveries", 0, "address"), {"planet": "Mars"}),
        (("deliveries",), ""),
        (("invoices",), {}),
    ],
    ids=str,
)
def test_what_looks_like_a_value_and_is_none_is_not_read(answers: Any, place: tuple[Any, ...], value: Any) -> None:
    answers.get(f"{URL}/orders/SO1", json=changed(place, value))
    with pytest.raises(PermanentError, match="cannot be read"):
        erp().order_news("SO1")


@pytest.mark.parametrize("answer", ODD, ids=str)
def test_an_odd_answer_is_not_taken_for_nothing_new(answers: Any, answer: Any) -> None:
    for path in ("orders/changed", "customers/C1/orders", "orders/totals", "orders/SO1"):
        answers.get(f"{URL}/{path}", json=answer)
    asked: list[Callable[[], Any]] = [
        lambda: erp().list_news(since=NOON),
        lambda: erp().list_orders("C1"),
        lambda: erp().totals(NOON, DUE, ""),
        lambda: erp().order_news("SO1"),
    ]
    for ask in asked:
        with pytest.raises(PermanentError, match="cannot be read"):
            ask()


@pytest.mark.parametrize("answer", [{"count": "3", "sums": {}}, {"count": 3, "sums": {"SEK": "x"}}, {"count": 3}])
def test_totals_that_cannot_be_read_are_not_guessed(answers: Any, answer: Any) -> None:
    answers.get(f"{URL}/orders/totals", json=answer)
    with pytest.raises(PermanentError, match="cannot be read"):
        erp().totals(NOON, DUE, "")


def test_an_order_that_the_erp_has_not_is_none_and_another_refusal_is_not(answers: Any) -> None:
    answers.get(f"{URL}/orders/SO1", status=404)
    answers.get(f"{URL}/orders/SO2", status=410)
    answers.get(f"{URL}/orders/SO3", status=503)
    assert erp().order_news("SO1") is None
    for number, error in (("SO2", PermanentError), ("SO3", TransientError)):
        with pytest.raises(error):
            erp().order_news(number)


def test_a_customer_that_the_erp_has_not_is_no_empty_history(answers: Any) -> None:
    answers.get(f"{URL}/customers/C1/orders", status=404)
    with pytest.raises(PermanentError):
        erp().list_orders("C1")
