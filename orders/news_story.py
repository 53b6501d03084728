"""The demo's story of what becomes of the orders in the ERP, and whether Norce's money is the ERP's afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import requests

from orders.models import Order
from orders.story import Say, Sent

Manage = Callable[..., None]
# Does a deed of the ERP's clerk to the order of a number.
Clerk = Callable[[str, str, Mapping[str, Any]], None]
# What the clerk does in one turn: the order's place, the deeds, in words.
Turn = tuple[tuple[int, tuple[tuple[str, dict[str, Any]], ...], str], ...]
FIRST: Turn = (
    (0, (("ship", {"rows": "one", "parcels": ["PARCEL-1"]}), ("invoice", {})), "one piece is sent and invoiced"),
    (1, (("status", {"status": "back_order"}),), "is back-ordered"),
    (2, (("status", {"status": "ready_for_pickup"}),), "waits in the store"),
    (3, (("cancel", {"reason": "Out of stock"}),), "is cancelled in the ERP"),
    (5, (("ship", {"parcels": ["PARCEL-6"]}), ("invoice", {})), "is sent and invoiced; gift card and card pay"),
)
SECOND: Turn = (
    (0, (("ship", {"parcels": ["PARCEL-2"]}), ("invoice", {})), "the rest is sent and invoiced"),
    (1, (("ship", {"parcels": ["PARCEL-3"]}), ("invoice", {})), "has come in, is sent and invoiced"),
    (0, (("credit", {}),), "the last invoice is credited"),
)
TURNS = (FIRST, SECOND)


def tell(turns: Iterable[Turn], sent: list[Sent], *, clerk: Clerk, manage: Manage, say: Say) -> None:
    """Let the ERP's clerk deliver, invoice, credit and cancel, and the hub carry that to Norce after each turn."""
    for turn in turns:
        for place, deeds, words in turn:
            order = Order.objects.get(client_order_ref=sent[place].reference)
            say(f"{order}  ERP {order.erp_order_no}: {words}")
            for deed, wanted in deeds:
                clerk(order.erp_order_no, deed, wanted)
        manage("sync", "order_news", "--wait")


def sandbox_clerk(sandbox_url: str) -> Clerk:
    """Return the clerk of the sandbox's ERP."""
    return partial(_do, sandbox_url)


def _do(sandbox_url: str, number: str, deed: str, wanted: Mapping[str, Any]) -> None:
    if wanted.get("rows") == "one":
        lines = requests.get(f"{sandbox_url}/erp/orders/{number}", timeout=10).json()["lines"]
        wanted = {**wanted, "rows": {str(lines[0]["line_no"]): "1"}}
    url = f"{sandbox_url}/_sandbox/erp/orders/{number}/{deed}"
    requests.post(url, json=wanted, timeout=10).raise_for_status()


def compare(sent: Iterable[Sent], state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each order with what the ERP has invoiced and credited, and Norce captured and paid back."""
    return [_compare(entry, state) for entry in sent]


def _compare(entry: Sent, state: Mapping[str, Any]) -> dict[str, Any]:
    order = Order.objects.get(client_order_ref=entry.reference)
    norce = next(row for row in state["norce"]["orders"] if str(row["client_order_ref"]) == entry.reference)
    erp = next(row for row in state["erp"]["orders"] if row["number"] == order.erp_order_no)
    invoiced, credited = _sum(erp["invoices"], "total"), _sum(erp["credits"], "total")
    captured, refunded = _sum(norce["payments"], "captured"), _sum(norce["payments"], "refunded")
    facts = {
        "captured as invoiced": invoiced == captured,
        "refunded as credited": credited == refunded,
        "cancelled alike": (erp["status"] == "cancelled") == (norce["status"] == "Cancelled"),
        "delivered alike": len(erp["deliveries"]) == len(norce["delivery_notes"]),
    }
    return {
        "order": entry.reference,
        "norce": norce["status"],
        "deliveries": len(erp["deliveries"]),
        "invoiced": f"{invoiced:.2f}",
        "captured": f"{captured:.2f}",
        "credited": f"{credited:.2f}",
        "refunded": f"{refunded:.2f}",
        "agree": all(facts.values()) or ", ".join(f"not {name}" for name, good in facts.items() if not good),
    }


def _sum(rows: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    return sum((Decimal(str(row[name])) for row in rows), Decimal(0))
