"""What a clerk of the ERP does, what the hub then reads, and what Norce has of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from connectors.sandbox.core import Sandbox
from connectors.sandbox.http import Request, Response
from hub import runs
from hub.models import SyncRun
from orders.models import Order

JSON = {"Content-Type": "application/json"}


def clerk(sandbox: Sandbox, deed: str, number: str = "SO100001", **wanted: Any) -> Any:
    """Do something with an order in the ERP; return the document or the order."""
    answer = ask(sandbox, deed, number, **wanted)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def ask(sandbox: Sandbox, deed: str, number: str, **wanted: Any) -> Response:
    """Let the clerk try something, which the ERP may refuse; return its answer."""
    path = f"/_sandbox/erp/orders/{number}/{deed}"
    return sandbox.handle(Request.of("POST", path, JSON, json.dumps(wanted).encode()))


def in_erp(sandbox: Sandbox, number: str = "SO100001") -> Any:
    """Return an order of the ERP, with all its documents."""
    return sandbox.state.erp_orders.get(number)


def line_of(sandbox: Sandbox, number: str = "SO100001") -> int:
    """Return the number of an order's first line in the ERP."""
    return int(in_erp(sandbox, number)["lines"][0]["line_no"])


def read_news(work: Callable[[], int]) -> SyncRun:
    """Read what the ERPs have done and tell Norce; return the run."""
    run = runs.start(resource="order_news", by="test")
    assert run is not None
    work()
    run.refresh_from_db()
    return run


def in_norce(sandbox: Sandbox, order: Order) -> Any:
    """Return Norce's order."""
    [found] = sandbox.state.orders.find("ref", order.client_order_ref)
    return found


def history(sandbox: Sandbox, order: Order) -> list[str]:
    """Return Norce's statuses of an order, oldest first."""
    return [step["status"] for step in in_norce(sandbox, order)["history"]]
