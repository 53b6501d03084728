"""The order history: who sees which orders, page by page, and what of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.sandbox.core import Sandbox
from hub import gateways
from hub.models import ApiCall, ApiClient, Application, ErpConnection
from orders.models import Order
from tests.faults import operations
from tests.orders.by_phone import clerk, order_by_phone

Ask = Callable[..., Any]
SHOP = "erp:shop:default"


@pytest.fixture
def sent(received: Callable[..., Order], work: Callable[[], int], application: Application) -> Order:
    """An order that has come through the hub and is in the ERP."""
    order = received("01")
    work()
    order.refresh_from_db()
    assert order.erp_order_no and order.customer_code
    return order


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["orders"]]


def test_a_buyers_orders_are_listed_the_latest_first(shop: Ask, sent: Order, sandbox: Sandbox) -> None:
    later = order_by_phone(sandbox, sent.customer_code)
    order_by_phone(sandbox, "OTHER")
    answer = shop("/api/orders", customer=sent.customer_code).json()
    moments = [datetime.fromisoformat(row.pop("ordered_at")) for row in answer["orders"]]
    assert answer == {
        "orders": [
            row(number=later, norce_order="", reference="by phone", total="25.00"),
            row(number="SO100001", norce_order="5100231", reference="1901-5100231", total="1596.1"),
        ],
        "next": "",
    }
    assert moments[0] >= moments[1] and all(moment.utcoffset() is not None for moment in moments)


def row(**members: str) -> dict[str, str]:
    return {"status": "open", "currency": "SEK"} | members


def test_a_companys_orders_are_listed_by_its_code(shop: Ask, sandbox: Sandbox) -> None:
    number = order_by_phone(sandbox, "B1")
    assert numbers(shop("/api/orders/", company="B1", application="1901")) == [number]


def test_an_order_tells_its_rows_and_documents(shop: Ask, sent: Order, sandbox: Sandbox) -> None:
    clerk(sandbox, "ship", "SO100001", rows={"1": "1"}, parcels=["00370000000000000001"])
    clerk(sandbox, "invoice", "SO100001")
    clerk(sandbox, "credit", "SO100001")
    order = shop("/api/orders/SO100001").json()
    delivery, invoice, credit = (order[name][0] for name in ("deliveries", "invoices", "credits"))
    assert (order["number"], order["norce_order"], order["status"]) == ("SO100001", "5100231", "open")
    first = order["rows"][0]
    assert [first[name] for name in ("line_no", "delivered", "invoiced", "cancelled")] == [1, "1", "1", "0"]
    assert delivery["parcels"] == [{"number": "00370000000000000001", "status": "sent"}]
    assert [(each["line_no"], each["quantity"]) for each in delivery["rows"]] == [(1, "1")]
    assert (credit["credited_invoice"], credit["total"]) == (invoice["number"], invoice["total"])


def test_no_address_is_told(shop: Ask, sent: Order, sandbox: Sandbox) -> None:
    clerk(sandbox, "ship", "SO100001")
    text = shop("/api/orders/SO100001").content.decode()
    assert "deliveries" in text and "Provberg" not in text and "Exempelgatan" not in text


def test_every_order_comes_once_though_orders_are_made_meanwhile(shop: Ask, sandbox: Sandbox) -> None:
    there = [order_by_phone(sandbox, "C1") for _ in range(7)]
    seen, after = [], ""
    while True:
        answer = shop("/api/orders", customer="C1", limit=2, after=after)
        seen += numbers(answer)
        after = answer.json()["next"]
        if not after:
            break
        order_by_phone(sandbox, "C1")
    assert seen == there[::-1]


def test_a_cursor_leads_on_in_its_own_list_only(shop: Ask, sandbox: Sandbox) -> None:
    for code in ("C1", "C1", "C2", "C2"):
        order_by_phone(sandbox, code)
    cursor = shop("/api/orders", customer="C1", limit=1).json()["next"]
    for query in ({"customer": "C2", "after": cursor}, {"customer": "C1", "after": "SO100003"}):
        answer = shop("/api/orders", **query)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "after")


def test_an_order_of_another_application_is_not_there(
    shop: Ask, sent: Order, sandbox: Sandbox, business: Application
) -> None:
    Order.objects.update(application_key=business.key)
    mine = order_by_phone(sandbox, sent.customer_code)
    assert numbers(shop("/api/orders", customer=sent.customer_code)) == [mine]
    for query in ({}, {"customer": sent.customer_code}):
        assert shop("/api/orders/SO100001", **query).status_code == 404
    assert operations(SHOP) == ["list orders"]


def test_an_order_of_an_application_that_is_gone_is_not_there(shop: Ask, sent: Order) -> None:
    Order.objects.update(application_key="gone")
    assert numbers(shop("/api/orders", customer=sent.customer_code)) == []
    assert shop("/api/orders/SO100001", customer=sent.customer_code).status_code == 404


def test_another_erp_may_have_the_same_number(shop: Ask, sandbox: Sandbox, business: Application) -> None:
    business.erp_connection = ErpConnection.objects.create(name="second")
    business.save()
    number = order_by_phone(sandbox, "C1")
    Order.objects.create(client_order_ref="77", application_key=business.key, erp_order_no=number)
    assert numbers(shop("/api/orders", customer="C1")) == [number]
    assert shop(f"/api/orders/{number}", customer="C1").json()["norce_order"] == ""


def test_a_number_that_two_applications_have_is_the_own_ones(shop: Ask, sent: Order, business: Application) -> None:
    Order.objects.create(client_order_ref="77", application_key=business.key, erp_order_no="SO100001")
    assert shop("/api/orders/SO100001").json()["norce_order"] == "5100231"


def test_an_order_by_phone_is_seen_with_its_customer_only(shop: Ask, sandbox: Sandbox) -> None:
    number = order_by_phone(sandbox, "C1")
    assert [
        shop(f"/api/orders/{number}").status_code,
        shop(f"/api/orders/{number}", customer="C2").status_code,
        shop(f"/api/orders/{number}", company="C1").status_code,
    ] == [404, 404, 200]


def test_an_order_of_the_hub_is_refused_to_another_customer(shop: Ask, sent: Order) -> None:
    assert shop("/api/orders/SO100001", customer="C2").status_code == 404
    assert shop("/api/orders/SO100001", customer=sent.customer_code).status_code == 200


def test_an_erp_that_shows_anothers_orders_does_not_show_them_to_the_shop(
    shop: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_by_phone(sandbox, "C1")
    page = gateways.erp("default").list_orders("C1")
    monkeypatch.setattr("connectors.erp.sandbox.SandboxErp.list_orders", lambda *code, **options: page)
    assert numbers(shop("/api/orders", customer="C2")) == []


def test_an_erp_that_ignores_case_does_not_lead_around_what_the_hub_knows(
    shop: Ask, sent: Order, business: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    Order.objects.update(application_key=business.key)
    news = gateways.erp("default").order_news("SO100001")
    monkeypatch.setattr("connectors.erp.sandbox.SandboxErp.order_news", lambda *number: news)
    assert shop("/api/orders/so100001", customer=sent.customer_code).status_code == 404


def test_the_customer_that_the_hub_knows_counts_where_the_erp_tells_none(
    shop: Ask, sent: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = gateways.erp("default").order_news("SO100001")
    assert news is not None and news.customer_code == sent.customer_code
    nameless = replace(news, customer_code="")
    monkeypatch.setattr("connectors.erp.sandbox.SandboxErp.order_news", lambda *number: nameless)
    for code, status in ((sent.customer_code, 200), ("C2", 404)):
        assert shop("/api/orders/SO100001", customer=code).status_code == status


def test_the_log_names_no_customer(shop: Ask, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    shop("/api/orders", customer="maja@example.com", page=2)
    assert "GET /api/orders" in caplog.text and "maja" not in caplog.text


@pytest.mark.parametrize("number", ["SO1", "..", "%2e%2e", "a/b/c", "x" * 51, "a%00b", "a%0Ab", "%0A", "/", "%ff"])
def test_what_is_no_order_is_a_problem(shop: Ask, sandbox: Sandbox, number: str) -> None:
    answer = shop(f"/api/orders/{number}", customer="C1")
    assert (answer.status_code, answer.json()["type"]) == (404, "/api/problems/not-found")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_code_does_not_lead_the_erp_elsewhere(shop: Ask, sandbox: Sandbox) -> None:
    order_by_phone(sandbox, "C1")
    for code in ("..", "../orders", "C1?limit=1", "C1/../C1", "c1"):
        assert b"SO100001" not in shop("/api/orders", customer=code).content


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({}, "customer"),
        ({"customer": "C1", "company": "B1"}, "customer"),
        ({"customer": ".."}, "customer"),
        ({"company": "x" * 51}, "company"),
        ({"customer": "C\x001"}, "customer"),
        ({"customer": ["C1", "C2"]}, "customer"),
        ({"customer": "C1", "limit": 0}, "limit"),
        ({"customer": "C1", "limit": 101}, "limit"),
        ({"customer": "C1", "limit": "ten"}, "limit"),
        ({"customer": "C1", "after": "SO1"}, "after"),
        ({"customer": "C1", "page": 2}, "page"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    shop: Ask, sandbox: Sandbox, query: dict[str, Any], parameter: str
) -> None:
    answer = shop("/api/orders", **query, headers={"Accept-Language": "sv"})
    problem = answer.json()
    assert (answer.status_code, [each["parameter"] for each in problem["errors"]]) == (400, [parameter])
    assert problem["detail"] == f"{parameter}: {problem['errors'][0]['detail']}"
    assert not ApiCall.objects.exists()


def test_a_client_with_several_applications_names_one(shop: Ask, sandbox: Sandbox, business: Application) -> None:
    order_by_phone(sandbox, "C1")
    ApiClient.objects.get().applications.add(business)
    assert shop("/api/orders", customer="C1").json()["errors"][0]["parameter"] == "application"
    for name in ("1902", business.key, f"{{{business.key.upper()}}}"):
        assert len(numbers(shop("/api/orders", customer="C1", application=name))) == 1


@pytest.mark.parametrize("name", ["1902", "1903", "none"])
def test_an_application_of_others_is_forbidden_whether_it_is_there_or_not(
    shop: Ask, sandbox: Sandbox, business: Application, name: str
) -> None:
    assert shop("/api/orders", customer="C1", application=name).json()["type"] == "/api/problems/forbidden"


def test_an_application_that_is_switched_off_is_forbidden(shop: Ask, application: Application) -> None:
    Application.objects.update(is_active=False)
    assert shop("/api/orders/SO100001").status_code == 403


def test_a_page_costs_few_statements(shop: Ask, sandbox: Sandbox) -> None:
    for _ in range(30):
        order_by_phone(sandbox, "C1")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert len(numbers(shop("/api/orders", customer="C1", limit=30))) == 30
        counts.append(len(queries))
    assert counts[0] <= 6 and counts[1] <= 3


@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/", "/api/orders/SO100001", "/api/orders/SO100001/"])
def test_a_slash_at_the_end_makes_no_difference(shop: Ask, sent: Order, path: str) -> None:
    assert shop(path, customer=sent.customer_code).status_code == 200


def test_the_record_of_the_call_tells_nothing_of_a_person(shop: Ask, sent: Order, sandbox: Sandbox) -> None:
    clerk(sandbox, "ship", "SO100001")
    shop("/api/orders/SO100001")
    shop("/api/orders", customer="maja.provberg@example.com")
    shop("/api/orders", customer="19811218-9876")
    calls = ApiCall.objects.filter(system=SHOP)
    text = " ".join(f"{call.url} {call.request} {call.response} {call.error}" for call in calls)
    assert [call.operation for call in calls] == ["read order", "list orders", "list orders"]
    for told in ("aja", "rovberg", "example.com", "19811218", "Exempelgatan", "070"):
        assert told not in text
