"""What the tests of orders share: a database for several threads, Norce Query, and the shop that reads orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from hub.models import ApiClient, Application
from orders.models import Order
from tests.threads import shared_database


@pytest.fixture
def many_connections(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """The database of this test may be used from several threads."""
    with shared_database(tmp_path):
        yield


@pytest.fixture
def confirmed(application: Application, received: Callable[..., Order], work: Callable[[], int]) -> Order:
    """The first sample order, which the ERP has and Norce has confirmed."""
    found = received("01")
    work()
    found.refresh_from_db()
    assert found.status == Order.Status.CONFIRMED
    return found


@pytest.fixture
def held(received: Callable[..., Order], work: Callable[[], int], application: Application) -> Order:
    """An order that the shop wants a person to look at."""
    order = received("01", DoHold=True)
    work()
    return order


@pytest.fixture
def shop(client: Client, application: Application) -> Callable[..., Any]:
    """Ask the API as the client of an application, `shop("/api/orders", customer="C1")`; nothing is in the cache."""
    cache.clear()
    shop = ApiClient(name="Shop")
    token = shop.renew_token()
    shop.save()
    shop.applications.add(application)

    def ask(path: str, *, headers: dict[str, str] | None = None, method: str = "get", **query: Any) -> Any:
        return getattr(client, method)(path, query, headers={"Authorization": f"Bearer {token}"} | (headers or {}))

    return ask
