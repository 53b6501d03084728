"""What Query said is kept as long as it may be, and no cache stops a read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
import responses
import time_machine
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from pytest_django import Settings

from connectors.norce.query import NorceQuery
from connectors.ratelimit import Quota
from tests.connectors.norce.answers import BASE, api

Norce = responses.RequestsMock
QUERY = f"{BASE}/commerce/query/2.0"
CUSTOMERS = f"{QUERY}/Customers/Customers"

pytestmark = pytest.mark.django_db


def query(application_id: int = 1901, base: str = "commerce/query/2.0") -> NorceQuery:
    return NorceQuery(api=api(Quota(name="norce-query", per_minute=0), application_id, base))


@pytest.fixture(autouse=True)
def in_this_process(settings: Settings) -> None:
    """Keep rows where the test's clock counts, also when the suite runs on Redis."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "rows"}}
    cache.clear()


@pytest.fixture
def customers(norce: Norce) -> list[Any]:
    """Let Norce answer customer 7 under the next name each time; return the names that were given out."""
    given: list[Any] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        given.append(f"name {len(given) + 1}")
        return 200, {}, f'{{"value": [{{"Id": 7, "LastName": "{given[-1]}", "ReplacementCustomerId": 1.0}}]}}'

    norce.add_callback("GET", CUSTOMERS, answer)
    norce.add_callback("GET", f"{BASE}/other/Customers/Customers", answer)
    return given


def name(**options: Any) -> str | None:
    found = query(**{key: value for key, value in options.items() if key != "fresh"}).customer(
        7, fresh=options.get("fresh", False)
    )
    assert found
    return found.last_name


def test_a_customer_is_kept_for_a_minute(customers: list[Any]) -> None:
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as clock:
        assert (name(), name()) == ("name 1", "name 1")
        clock.shift(timedelta(seconds=61))
        assert name() == "name 2"


def test_fresh_asks_and_is_kept(customers: list[Any]) -> None:
    assert (name(), name(fresh=True), name()) == ("name 1", "name 2", "name 2")


def test_a_forgotten_row_is_read_anew_in_the_name_of_every_application(customers: list[Any]) -> None:
    assert (name(), name(application_id=1902)) == ("name 1", "name 2")
    query().forget("Customers", 7)
    assert (name(application_id=1902), name()) == ("name 3", "name 4")


def test_applications_and_tenants_are_kept_apart(customers: list[Any]) -> None:
    assert (name(), name(application_id=1902), name(base="other")) == ("name 1", "name 2", "name 3")
    query().forget("Companies", 7)
    query(base="other").forget("Customers", 7)
    assert name() == "name 1"


def test_a_row_that_was_asked_for_before_the_event_does_not_count_after_it(norce: Norce, customers: list[Any]) -> None:
    def overtaken(request: Any) -> tuple[int, dict[str, str], str]:
        query().forget("Customers", 7)
        return 200, {}, '{"value": [{"Id": 7, "LastName": "old"}]}'

    norce.replace(responses.CallbackResponse("GET", CUSTOMERS, overtaken))
    assert name() == "old"
    norce.replace(responses.Response("GET", CUSTOMERS, json={"value": [{"Id": 7, "LastName": "new"}]}))
    assert name() == "new"


def test_nobody_is_not_kept_and_takes_the_place_of_somebody(norce: Norce) -> None:
    norce.get(CUSTOMERS, json={"value": [{"Id": 7}]})
    norce.get(CUSTOMERS, json={"value": []})
    norce.get(CUSTOMERS, json={"value": [{"Id": 7}]})
    assert query().customer(7)
    assert query().customer(7, fresh=True) is None
    assert query().customer(7)


def test_a_list_of_core_is_asked_for_once_in_half_a_day(norce: Norce) -> None:
    norce.get(f"{QUERY}/Core/Countries", json={"value": [{"Id": 1, "Code": "SE"}, {"Id": 2, "Code": None}]})
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as clock:
        assert [query().country_code(id) for id in (1, 2, 3, None)] == ["SE", "", "", ""]
        clock.shift(timedelta(hours=11))
        assert (query().country_code(1), len(norce.calls)) == ("SE", 2)
        clock.shift(timedelta(hours=2))
        assert query().country_code(1) == "SE"
    assert [call.request.path_url for call in norce.calls].count("/commerce/query/2.0/Core/Countries") == 2


def test_currencies_have_their_codes(norce: Norce) -> None:
    norce.get(f"{QUERY}/Core/Currencies", json={"value": [{"Id": 2, "Code": "SEK"}]})
    assert query().currency_code(2) == "SEK"


def test_no_call_is_made_for_no_id(norce: Norce) -> None:
    assert (query().currency_code(None), query().country_code(None), len(norce.calls)) == ("", "", 0)


@pytest.mark.parametrize("path", ["Orders", "Invoices", "DeliveryNotes"])
def test_orders_and_what_hangs_on_them_are_asked_for_each_time(norce: Norce, path: str) -> None:
    norce.get(f"{QUERY}/Orders/{path}", json={"value": [{"Id": 1}]})
    asked = query()
    reads: dict[str, Callable[[int], Any]] = {
        "Orders": asked.order,
        "Invoices": asked.invoice,
        "DeliveryNotes": asked.delivery_notes,
    }
    assert reads[path](1) == reads[path](1)
    assert len([call for call in norce.calls if call.request.method == "GET"]) == 2


def test_the_keys_name_nobody(customers: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(LocMemCache, "set", lambda self, key, value, timeout: kept.append(key))
    name()
    query().forget("Customers", 7)
    assert len(kept) == 2
    assert all(key.startswith("norce-query:") and key.endswith(":Customers/Customers/7") for key in kept)
    assert not [key for key in kept if "norce.example.com" in key]


@pytest.mark.parametrize("fault", [redis.ConnectionError("down"), redis.TimeoutError("hangs"), OSError("gone")])
def test_a_cache_that_is_down_stops_no_read(
    customers: list[Any], monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise fault

    for method in ("get_many", "set", "delete"):
        monkeypatch.setattr(LocMemCache, method, fails)
    query().forget("Customers", 7)
    assert (name(), name()) == ("name 1", "name 2")


@pytest.mark.parametrize("kept", ["text", ("", "no JSON"), ("", "7"), ("", None), 7, ("a", "b", "c")])
def test_what_another_version_of_the_hub_kept_stops_no_read(
    customers: list[Any], monkeypatch: pytest.MonkeyPatch, kept: Any
) -> None:
    def found(self: LocMemCache, keys: list[str]) -> dict[str, Any]:
        return {key: kept for key in keys if ":mark:" not in key}

    monkeypatch.setattr(LocMemCache, "get_many", found)
    assert name() == "name 1"
