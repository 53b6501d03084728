"""A worker killed between any two steps: afterwards one customer, one ERP order, one acknowledgement, nothing stuck."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processes.conftest import Hub, Strike, wait_until

pytestmark = pytest.mark.processes

# What one order of a new customer calls, in this order; the token is there after the first one.
CALLS = (
    "GET /erp/orders",
    "GET /erp/customers",
    "POST /erp/customers",
    "POST /erp/orders",
    "POST /commerce/connect/4.0/Order/SendOrderStatus",
)


def strike_once(hub: Hub, call: str) -> Strike:
    """Return a strike that kills every worker at the first such call."""
    workers = [hub.drain(), hub.drain()]

    def strike(made: str) -> bool:
        if made != call:
            return False
        hub.striking.calm()
        for worker in workers:
            worker.kill()
            worker.wait()
        return True

    return strike


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", CALLS)
def test_it_finishes_an_order_whose_workers_were_killed(
    hub: Hub, references: Iterator[int], call: str, moment: str
) -> None:
    reference = next(references)
    setattr(hub.striking, moment, strike_once(hub, call))
    hub.send(reference)
    wait_until(lambda: all(child.poll() is not None for child in hub.children[1:]))
    assert_it_is_finished_once(hub, reference)


def assert_it_is_finished_once(hub: Hub, reference: int) -> None:
    hub.drain(), hub.drain()

    def finished() -> bool:
        hub.sweep()
        return hub.acknowledged(reference)

    wait_until(finished)
    orders = [row for row in hub.sandbox.state.erp_orders if row["reference"] == f"1901-{reference}"]
    customers = hub.sandbox.state.erp_customers.find("email", f"buyer{reference}@example.com")
    history = next(row for row in hub.sandbox.state.orders if row["client_order_ref"] == str(reference))["history"]
    assert (len(orders), len(customers), [step["status"] for step in history]) == (1, 1, ["Confirmed"])
    wait_until(lambda: hub.unfinished(reference) == 0)
