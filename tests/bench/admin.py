"""The admin's pages over a long history of orders: how long the server takes for each, in how many statements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from hub import summary
from tests.bench.alone import Statements
from tests.bench.archive import FIRST_REFERENCE, fill
from tests.bench.figures import Figure
from tests.bench.setting import Setting

MOST_MS = 300
MOST_STATEMENTS = 14
ROUNDS = 15
LIST = "orders_order"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page and its address in each round."""

    name: str
    url: Callable[[int], str]


def measure(setting: Setting) -> list[Figure]:
    """Return the milliseconds (median) and the statements of each page, sign-in and permissions with them."""
    setting.empty_database()
    began = time.monotonic()
    fill(setting.orders)
    figures = [
        Figure(name="orders", value=setting.orders),
        Figure(name="filled_in", value=time.monotonic() - began, unit="s"),
        Figure(name="first_count", value=_milliseconds(summary.refresh), unit="ms"),
        Figure(name="next_count", value=_milliseconds(summary.refresh), unit="ms"),
    ]
    client = _signed_in()
    for page in _pages(setting.orders):
        figures += _page(client, page, rounds=2 if setting.quick else ROUNDS)
    return figures


def _pages(orders: int) -> Iterator[Page]:
    yield Page(name="front", url=lambda n: reverse("admin:index"))
    yield Page(name="order_list", url=_list(LIST))
    yield Page(name="order_search", url=lambda n: _list(LIST, f"q={FIRST_REFERENCE + 1 + n * orders // 20}")(n))
    yield Page(name="order_page", url=lambda n: reverse("admin:orders_order_change", args=[1 + n * orders // 20]))
    yield Page(name="order_held", url=_list(LIST, "cause=any"))
    yield Page(name="order_through", url=_list(LIST, "state=through&received=week"))
    yield Page(name="order_outside", url=_list(LIST, "state=outside"))
    yield Page(name="order_confirmed", url=_list(LIST, "status__exact=confirmed"))
    for name in ("outboxmessage", "attempt", "apicall"):
        yield Page(name=name, url=_list(f"hub_{name}"))
    yield Page(name="outboxmessage_failed", url=_list("hub_outboxmessage", "state__exact=failed"))
    yield Page(name="apicall_quota", url=_list("hub_apicall", "quota=connect"))
    yield Page(name="apicall_search", url=lambda n: _list("hub_apicall", f"q=order:{1 + n}")(n))


def _list(name: str, query: str = "") -> Callable[[int], str]:
    return lambda n: reverse(f"admin:{name}_changelist") + (f"?{query}" if query else "")


def _signed_in() -> Client:
    """A person with all roles, whose rights are read in each request."""
    user = User.objects.create_user("anna", is_staff=True)
    user.groups.set(Group.objects.all())
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client


def _page(client: Client, page: Page, *, rounds: int) -> list[Figure]:
    taken, statements = [], Statements()
    _open(client, page.url(0))
    for number in range(rounds):
        statements.number = 0
        with connection.execute_wrapper(statements):
            taken.append(_milliseconds(lambda number=number: _open(client, page.url(number))))
    return [
        Figure(name=page.name, value=median(taken), unit="ms", at_most=MOST_MS),
        Figure(name=f"{page.name}_slowest", value=max(taken), unit="ms"),
        Figure(name=f"{page.name}_statements", value=statements.number, at_most=MOST_STATEMENTS),
    ]


def _open(client: Client, url: str) -> None:
    answer = client.get(url, secure=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}.")


def _milliseconds(deed: Callable[[], Any]) -> float:
    began = time.perf_counter()
    deed()
    return 1000 * (time.perf_counter() - began)
