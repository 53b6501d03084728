"""The order history when something is wrong: what is kept, an ERP that is away, and problems by RFC 9457."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError

from connectors.ratelimit import block, blocked
from connectors.sandbox.core import Sandbox
from hub.models import ApiClient
from tests.faults import operations, set_faults
from tests.orders.by_phone import LIST, READ, order_by_phone

Ask = Callable[..., Any]
SHOP = "erp:shop:default"
NO_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
IN_PROCESS = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "history"}


@pytest.fixture(autouse=True)
def phoned(sandbox: Sandbox) -> str:
    """An order by phone of the customer C1; its number."""
    return order_by_phone(sandbox, "C1")


def problem(kind: str, status: int, title: str, detail: str, instance: str = "/api/orders") -> dict[str, Any]:
    told = {"type": f"/api/problems/{kind}", "title": title, "status": status, "detail": detail}
    return told | {"instance": instance}


AWAY = problem("erp-away", 503, "The ERP does not answer", "Try again after the seconds of the header Retry-After.")
NONSENSE = problem(
    "erp-nonsense",
    502,
    "The ERP's answer cannot be used",
    "The ERP refused the hub's question or answered something that is no order. Tell the hub's keeper.",
)


def said(answer: Any) -> tuple[int, str, Any]:
    return answer.status_code, answer["Content-Type"], answer.json()


def refusal(body: dict[str, Any]) -> tuple[int, str, Any]:
    return body["status"], "application/problem+json", body


def test_the_same_question_asks_the_erp_once_in_a_while(shop: Ask, settings: Any, phoned: str) -> None:
    settings.CACHES = {"default": IN_PROCESS}
    with time_machine.travel("2027-01-15 10:00:00Z", tick=False) as clock:
        for seconds in (0, 29, 2):
            clock.shift(seconds)
            assert shop("/api/orders", customer="C1").status_code == 200
            assert shop(f"/api/orders/{phoned}", customer="C1").status_code == 200
    assert operations(SHOP) == ["list orders", "read order"] * 2


def test_what_is_kept_is_kept_by_question(shop: Ask, sandbox: Sandbox) -> None:
    order_by_phone(sandbox, "C2")
    for query in ({"customer": "C1"}, {"customer": "C2"}, {"customer": "C1", "limit": 1}):
        assert len(shop("/api/orders", **query).json()["orders"]) == 1
    assert operations(SHOP) == ["list orders"] * 3


def test_an_order_that_is_not_there_is_not_remembered(shop: Ask, sandbox: Sandbox) -> None:
    assert shop("/api/orders/SO100002", customer="C1").status_code == 404
    assert order_by_phone(sandbox, "C1") == "SO100002"
    assert shop("/api/orders/SO100002", customer="C1").status_code == 200


def test_nothing_is_kept_when_it_is_switched_off(shop: Ask, settings: Any) -> None:
    settings.HISTORY_CACHE_SECONDS = 0
    for _ in range(2):
        shop("/api/orders", customer="C1")
    assert operations(SHOP) == ["list orders"] * 2


def test_a_cache_that_is_down_stops_no_read(shop: Ask, settings: Any) -> None:
    settings.CACHES = {"default": NO_CACHE}
    assert [shop("/api/orders", customer="C1").status_code for _ in range(2)] == [200, 200]
    assert operations(SHOP) == ["list orders"] * 2


def test_a_cache_with_another_versions_rows_stops_no_read(shop: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*key: Any) -> None:
        raise AttributeError("HistoryPage")

    monkeypatch.setattr("hub.short_cache.cache.get", unreadable)
    assert shop("/api/orders", customer="C1").status_code == 200


def test_an_erp_that_is_away_is_said_and_then_left_alone(shop: Ask, sandbox: Sandbox) -> None:
    set_faults(sandbox, erp={"lose_answers": {LIST: 1}})
    for _ in range(2):
        answer = shop("/api/orders", customer="C1")
        assert said(answer) == refusal(AWAY)
        assert answer["Retry-After"] == "30"
    assert operations(SHOP) == ["list orders"]


def test_what_is_kept_is_told_though_the_erp_is_away(shop: Ask) -> None:
    first = shop("/api/orders", customer="C1")
    block("erp:default", 30)
    assert shop("/api/orders", customer="C1").json() == first.json()


def test_an_erp_that_orders_wait_for_is_not_asked_by_the_shop(shop: Ask) -> None:
    block("erp:default", 30)
    assert said(shop("/api/orders", customer="C1")) == refusal(AWAY)
    assert operations(SHOP) == []


def test_an_erp_that_is_too_slow_for_the_shop_still_gets_its_orders(shop: Ask, sandbox: Sandbox) -> None:
    set_faults(sandbox, erp={"latency": 11})
    assert said(shop("/api/orders", customer="C1")) == refusal(AWAY)
    assert blocked("erp:") == [SHOP]


@pytest.mark.parametrize(
    ("status", "body"), [(500, AWAY), (503, AWAY), (401, NONSENSE), (404, NONSENSE), (422, NONSENSE)]
)
def test_an_erp_that_refuses_is_told_from_one_that_is_away(
    shop: Ask, sandbox: Sandbox, status: int, body: dict[str, Any]
) -> None:
    set_faults(sandbox, erp={"fail_next": {LIST: [status]}})
    assert said(shop("/api/orders", customer="C1")) == refusal(body)


def test_an_erp_that_asks_for_a_pause_is_given_it(shop: Ask, sandbox: Sandbox) -> None:
    set_faults(sandbox, erp={"throttle": True, "retry_after": 7})
    assert shop("/api/orders", customer="C1")["Retry-After"] == "7"


@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/SO100001"])
def test_an_answer_that_makes_no_sense_is_said_without_quoting_it(shop: Ask, sandbox: Sandbox, path: str) -> None:
    order = sandbox.state.erp_orders.get("SO100001")
    assert order is not None
    sandbox.state.erp_orders.save(order | {"status": "Maja has it"})
    assert said(shop(path, customer="C1")) == refusal(NONSENSE | {"instance": path})


def test_an_order_that_the_erp_does_not_find_is_not_there(shop: Ask, sandbox: Sandbox) -> None:
    set_faults(sandbox, erp={"fail_next": {READ: [404]}})
    instance = "/api/orders/SO100001"
    detail = "There is no such order, or it is another's."
    body = problem("not-found", 404, "Nothing there for this client", detail, instance)
    assert said(shop(instance, customer="C1")) == refusal(body)


def test_an_erp_without_an_address_is_a_problem(shop: Ask, settings: Any) -> None:
    settings.ERP_URLS = {}
    assert said(shop("/api/orders", customer="C1")) == refusal(NONSENSE)


@pytest.mark.parametrize("method", ["post", "head", "put", "delete", "options", "patch"])
@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/SO100001"])
def test_only_get_is_allowed(shop: Ask, path: str, method: str) -> None:
    answer = shop(path, method=method)
    assert (answer.status_code, answer["Allow"], answer["Content-Type"]) == (405, "GET", "application/problem+json")
    if method != "head":
        assert answer.json() == problem("method-not-allowed", 405, "Method not allowed", "Use GET.", path)


def test_another_form_than_json_is_not_acceptable(shop: Ask) -> None:
    answer = shop("/api/orders", customer="C1", headers={"Accept": "text/html"})
    detail = "The answer is application/json; accept that."
    assert said(answer) == refusal(problem("not-acceptable", 406, "Not acceptable", detail))


def test_a_client_that_asks_too_often_waits_and_others_do_not(shop: Ask, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    assert [shop("/api/orders", customer="C1").status_code for _ in range(3)] == [200, 200, 429]
    answer = shop("/api/orders", customer="C1")
    detail = "Wait as many seconds as the header Retry-After says."
    assert said(answer) == refusal(problem("too-many-requests", 429, "Too many requests", detail))
    assert 0 < int(answer["Retry-After"]) <= 60
    other = ApiClient(name="Another")
    token = other.renew_token()
    other.save()
    assert shop("/api/orders", customer="C1", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_an_error_that_nobody_thought_of_tells_nothing_of_itself(shop: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise KeyError("maja@example.com")

    monkeypatch.setattr("orders.history.list_orders", fail)
    detail = "The hub could not answer; its log knows more. Tell its keeper."
    answer = shop("/api/orders", customer="C1")
    assert said(answer) == refusal(problem("internal", 500, "An error of the hub", detail))


def test_a_database_that_is_away_is_said(shop: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: Any, **options: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("orders.history.list_orders", away)
    answer = shop("/api/orders", customer="C1")
    assert (answer.json()["type"], answer["Retry-After"]) == ("/api/problems/hub-away", "30")


def test_nothing_on_the_way_keeps_an_answer(shop: Ask) -> None:
    for query in ({"customer": "C1"}, {}):
        assert shop("/api/orders", **query)["Cache-Control"] == "no-store"


def test_a_problem_type_is_explained_where_it_leads(shop: Ask, client: Any) -> None:
    type = shop("/api/orders").json()["type"]
    assert "A parameter cannot be used" in client.get(type).content.decode()
    assert client.get("/api/problems/none").status_code == 404
