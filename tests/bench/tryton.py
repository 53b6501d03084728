"""Orders into a real Tryton and customers out of it, through the hub against the same calls made bare in a loop."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from importlib import import_module
from typing import Any

import requests
from django.apps import apps
from django.db.models import Max, Min, Sum
from django.test import override_settings

from connectors.erp.base import PartyKind
from connectors.erp.tryton_parties import FIELDS
from tests.bench.backlog import orders, stage, wait_until_acknowledged
from tests.bench.figures import Figure
from tests.bench.setting import Setting
from tests.erp_contract.tryton import TrytonWorkbench
from tests.erp_contract.workbench import unique
from tests.tryton.server import Server, running

PATIENCE = 600.0
LEAST_RATIO = 0.9
PAGE = 1000


def measure(setting: Setting) -> list[Figure]:
    """Return orders a minute and customers a second, ours and bare, and their ratios.

    Tryton is the limit: of two workers, as the hub has them, one does its own work while Tryton does the other's; its
    server takes no more from two than from a loop. The bare orders are half before and
    half behind the hub's, so that a machine that slows down slows both.
    """
    count, customers = (4, 100) if setting.quick else (60, 4000)
    with running() as server:
        before = _bare_orders(server, count // 2)
        ours, our_calls, in_tryton = _hub_orders(setting, server, count)
        behind = _bare_orders(server, count - count // 2)
        read = _customers(server, customers)
    seconds, bare_calls = before[0] + behind[0], before[1] + behind[1]
    return [
        Figure(name="orders_per_minute", value=60 * count / ours, unit="orders/min"),
        Figure(name="bare_orders_per_minute", value=60 * count / seconds, unit="orders/min"),
        Figure(name="orders_ratio", value=seconds / ours, at_least=LEAST_RATIO),
        Figure(name="calls_per_order", value=our_calls / count),
        Figure(name="bare_calls_per_order", value=bare_calls / count),
        Figure(name="share_in_tryton", value=in_tryton / ours),
        *read,
    ]


def _bare_orders(server: Server, count: int) -> tuple[float, int]:
    """Make buyers and orders with nothing around the adapter; return the seconds and the calls it took."""
    bench = TrytonWorkbench(server)
    bench.erp().ping()
    bench.wire.plan("")
    began = time.monotonic()
    for _ in range(count):
        erp, party = bench.erp(), bench.party()
        order = bench.order("", 1, 2, delivery_method="HOME", reference=f"bare-{unique()}-{time.time_ns()}")
        erp.find_order(order.reference)
        erp.find_parties(PartyKind.PERSON, email=f"{time.time_ns()}@example.com")
        code = erp.create_party(party)
        place = replace(party.address, name=party.name)
        erp.create_order(replace(order, customer_code=code, bill_to=place, ship_to=place))
    return time.monotonic() - began, bench.wire.calm()


def _hub_orders(setting: Setting, server: Server, count: int) -> tuple[float, int, float]:
    """Let two workers bring waiting orders to Tryton; return seconds, calls to Tryton, and the seconds these took."""
    with stage(setting, per_minute=0) as hub:
        hub = replace(hub, environment={**hub.environment, "ERP_URL": server.url})
        for _ in range(count):
            hub.push()
        hub.start_workers(2)
        wait_until_acknowledged(count, patience=PATIENCE)
    began = apps.get_model("hub", "Attempt")._default_manager.aggregate(at=Min("started_at"))["at"]
    ended = orders().aggregate(at=Max("acknowledged_at"))["at"]
    made = apps.get_model("hub", "ApiCall")._default_manager.filter(system="erp:default").exclude(operation="log in")
    return (ended - began).total_seconds(), made.count(), (made.aggregate(ms=Sum("ms"))["ms"] or 0) / 1000


def _customers(server: Server, count: int) -> list[Figure]:
    """Read a register bare, as the hub does, and bare again."""
    bench = TrytonWorkbench(server)
    rows = [_row(number) for number in range(count)]
    for first in range(0, count, PAGE):
        bench.clerk.do("party.party", "create", rows[first : first + PAGE])
    before, number = _bare_read(bench)
    ours, ours_number = _hub_read(server)
    behind, _ = _bare_read(bench)
    bare = (before + behind) / 2
    if ours_number != number - 1:
        raise RuntimeError(f"The hub read {ours_number} customers, Tryton has {number - 1} and its own company.")
    return [
        Figure(name="customers_per_second", value=ours_number / ours, unit="customers/s"),
        Figure(name="bare_customers_per_second", value=number / bare, unit="customers/s"),
        Figure(name="customers_ratio", value=bare / ours, at_least=LEAST_RATIO),
    ]


def _row(number: int) -> dict[str, Any]:
    address = {"street": f"Gatan {number}", "postal_code": "111 11", "city": "Stockholm", "invoice": True}
    email = {"type": "email", "value": f"buyer.{number}@example.com"}
    contacts = [["create", [email]]]
    return {"name": f"Buyer {number}", "addresses": [["create", [address]]], "contact_mechanisms": contacts}


def _bare_read(bench: TrytonWorkbench) -> tuple[float, int]:
    """Post the questions of a full read and decode the answers; return seconds and records."""
    headers = {"Authorization": str(bench.clerk.rpc.http.session.headers["Authorization"])}
    url, context = f"{bench.clerk.rpc.http.base_url}/erp/rpc/", {"company": 1, "language": "en", "active_test": False}
    began, last, number = time.monotonic(), 0, 0
    with requests.Session() as session:
        while True:
            params = [[["id", ">", last]], 0, PAGE, [["id", "ASC"]], ["id", *FIELDS], context]
            body = {"id": 1, "method": "model.party.party.search_read", "params": params}
            rows = json.loads(session.post(url, json=body, headers=headers, timeout=60).content)["result"]
            number += len(rows)
            if len(rows) < PAGE:
                return time.monotonic() - began, number
            last = rows[-1]["id"]


def _hub_read(server: Server) -> tuple[float, int]:
    """Read the register through the hub's gateway, which keeps a record of each call."""
    # The hub can be imported only once Django is set up.
    gateways = import_module("hub.gateways")
    with override_settings(ERP_URLS={"default": server.url}):
        # As the bare loop, a worker has its session already.
        gateways.erp("default").ping()
        began, after, number = time.monotonic(), "", 0
        while True:
            page = gateways.erp("default").list_parties(PartyKind.ANY, after=after, limit=PAGE)
            number += len(page.parties)
            if not page.next:
                return time.monotonic() - began, number
            after = page.next
