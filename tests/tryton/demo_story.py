"""The demo's story with Tryton for the ERP: the same orders, Tryton's own clerk, the same comparison."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command

from connectors.erp.tryton_rpc import Row
from hub.local import Local
from hub.management.base import as_table
from orders import news_story
from orders.news_story import Turn
from orders.story import Sent, compare, disagreeing, send
from orders.story_waits import hurry, wait_for_orders, wait_for_work
from tests.tryton.clerk import INVOICE, SHIPMENT, TrytonClerk
from tests.tryton.server import Server

SALE_FIELDS = ("number", "reference", "total_amount", "shipments", "invoices")
FIRST: Turn = (
    (0, (("ship", {"rows": {1: Decimal(1)}, "parcels": ["PARCEL-1"]}), ("invoice", {})), "one piece is sent, invoiced"),
    (1, (("ship", {"parcels": ["PARCEL-2"]}), ("invoice", {})), "is sent and invoiced"),
    (2, (("cancel", {}),), "is cancelled in Tryton"),
    (3, (("ship", {"parcels": ["PARCEL-3"]}), ("invoice", {})), "is sent and invoiced in EUR"),
    (4, (("ship", {"parcels": ["PARCEL-4"]}),), "is sent"),
    (5, (("ship", {"parcels": ["PARCEL-5"]}), ("invoice", {})), "is sent and invoiced; gift card and card pay"),
)
SECOND: Turn = (
    (0, (("ship", {"parcels": ["PARCEL-6"]}), ("invoice", {})), "the rest is sent and invoiced"),
    (4, (("invoice", {}),), "is invoiced"),
    (5, (("credit", {}),), "its last invoice is credited"),
)
say = partial(print, flush=True)


def tell(server: Server) -> None:
    """Send the story's orders, let the clerk work, print what both sides have; exit 1 if they do not agree."""
    started = time.monotonic()
    call_command("migrate", verbosity=0)
    hurry()
    clerk = TrytonClerk(server)
    log = settings.VAR_DIR / "demo-tryton.log"
    with Local(state=settings.VAR_DIR / "demo-tryton.json", log=log, erp_url=server.url) as local:
        sent = _through(local, clerk)
        norce = requests.get(f"{local.sandbox_url}/_sandbox/state", timeout=10).json()["norce"]
    wrong = _show(sent, {"norce": norce, "erp": {"orders": _orders(clerk)}})
    if wrong:
        sys.exit(f"Norce and Tryton do not agree about {', '.join(wrong)}; see {log}.")
    say(
        f"Norce and Tryton agree on {len(sent)} orders and their money ({time.monotonic() - started:.0f} s). "
        "Tryton and its data are thrown away now."
    )


def _through(local: Local, clerk: TrytonClerk) -> list[Sent]:
    """Bring the orders all the way: into Tryton, acknowledged, codes back, and what the clerk does to Norce."""
    local.manage("sync_applications")
    local.start_hub()
    sent = send(local, say=say)
    wait_for_orders(sent, say=say)
    local.manage("sync", "code_reports", "--wait")
    news_story.tell((FIRST, SECOND), sent, clerk=partial(_do, clerk), manage=local.manage, say=say)
    wait_for_work(sent)
    return sent


def _do(clerk: TrytonClerk, number: str, deed: str, wanted: Mapping[str, Any]) -> None:
    getattr(clerk, deed)(number, **wanted)


def _show(sent: list[Sent], state: Mapping[str, Any]) -> list[str]:
    """Print both comparisons; return what is wrong."""
    tables = compare(sent, state), news_story.compare(sent, state)
    for table in tables:
        say(as_table(table))
    surplus = len(state["erp"]["orders"]) != len(sent)
    return [*disagreeing(row for table in tables for row in table), *(["how many orders there are"] if surplus else [])]


def _orders(clerk: TrytonClerk) -> list[dict[str, Any]]:
    """Return every sale of Tryton's as the comparison wants the orders of an ERP."""
    return [_order(clerk, sale) for sale in clerk.find("sale.sale", [], *SALE_FIELDS)]


def _order(clerk: TrytonClerk, sale: Row) -> dict[str, Any]:
    shipments = clerk.find(SHIPMENT, [["id", "in", sale["shipments"]]], "state")
    sums = _posted(clerk, sale["invoices"])
    return {
        "number": sale["number"],
        "reference": sale["reference"],
        "total": sale["total_amount"],
        "status": "cancelled" if all(one["state"] == "cancelled" for one in shipments) else "",
        "deliveries": [one for one in shipments if one["state"] in ("shipped", "done")],
        "invoices": _totals(one for one in sums if one >= 0),
        "credits": _totals(-one for one in sums if one < 0),
    }


def _posted(clerk: TrytonClerk, invoices: Sequence[int]) -> list[Decimal]:
    """Return the sums of posted invoices and of the notes that credit them, whose sums are negative."""
    ours = ["OR", ["id", "in", invoices], ["origin_invoices.id", "in", invoices]]
    posted = [["state", "in", ["posted", "paid"]], ours]
    return [one["total_amount"] for one in clerk.find(INVOICE, posted, "total_amount")]


def _totals(sums: Iterable[Decimal]) -> list[dict[str, Decimal]]:
    return [{"total": one} for one in sums]
