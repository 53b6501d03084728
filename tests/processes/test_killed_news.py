"""A worker killed while it tells Norce of what the ERP did: another one finishes, and no money moves twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from hub import runs
from tests.orders.clerk import clerk
from tests.processes.conftest import Hub, wait_until
from tests.processes.test_killed_workers import strike_once

pytestmark = pytest.mark.processes

ORDER = "POST /commerce/connect/4.0/Order"
CALLS = (
    "GET /erp/orders/changed",
    f"{ORDER}/CreateDeliveryNote",
    f"{ORDER}/CreateInvoice",
    f"{ORDER}/CreditPayment",
)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", CALLS)
def test_news_whose_workers_were_killed_are_told_once(
    hub: Hub, references: Iterator[int], call: str, moment: str
) -> None:
    reference = next(references)
    number = confirmed(hub, reference)
    with hub.sandbox.state.lock:
        for deed in ("ship", "invoice", "credit"):
            clerk(hub.sandbox, deed, number)
    with hub.here():
        runs.start(resource="order_news", by="test")
    setattr(hub.striking, moment, strike_once(hub, call))
    wait_until(lambda: all(child.poll() is not None for child in hub.children[1:]))
    finish(hub, reference)
    norce, total = in_norce(hub, reference), in_erp_total(hub, number)
    assert [len(norce[name]) for name in ("delivery_notes", "captures", "refunds")] == [1, 1, 1]
    [payment] = norce["payments"]
    assert payment["captured"] == payment["refunded"] == total


def confirmed(hub: Hub, reference: int) -> str:
    """Let the ERP have an order that Norce has confirmed; return the ERP's number."""
    hub.send(reference)
    hub.drain(linger=0.5)
    wait_until(lambda: hub.acknowledged(reference))
    [found] = [row for row in hub.sandbox.state.erp_orders if row["reference"] == f"1901-{reference}"]
    wait_until(lambda: all(child.poll() is not None for child in hub.children[1:]))
    return str(found["number"])


def finish(hub: Hub, reference: int) -> None:
    hub.drain(linger=20)

    def finished() -> bool:
        hub.sweep()
        return bool(in_norce(hub, reference)["refunds"]) and hub.unfinished(reference) == 0

    wait_until(finished)


def in_norce(hub: Hub, reference: int) -> Any:
    return next(row for row in list(hub.sandbox.state.orders) if row["client_order_ref"] == str(reference))


def in_erp_total(hub: Hub, number: str) -> Decimal:
    return Decimal(hub.sandbox.state.erp_orders.get(number)["total"])
