"""The main job, from Norce's push to the code back in Norce, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from customers.models import CompanyBinding, CustomerBinding
from hub import runs
from hub.models import Application, Attempt, OutboxMessage, SyncRun
from hub.models.work import State
from orders.models import Order

Receive = Callable[..., Order]
Work = Callable[[], int]


def erp_orders(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.state.erp_orders)


def test_it_carries_an_order_all_the_way(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    order = received("01")
    work()
    order.refresh_from_db()
    assert order.erp_order_no == "SO100001"
    assert order.status == Order.Status.CONFIRMED
    assert order.acknowledged_at is not None
    assert [message.state for message in OutboxMessage.objects.all()] == [State.DONE, State.DONE]


@pytest.mark.parametrize("name", ["01", "03", "04", "05", "06"])
def test_it_carries_every_kind_of_sample_order(
    application: Application, sandbox: Sandbox, received: Receive, work: Work, name: str
) -> None:
    order = received(name, DoHold=False)
    work()
    order.refresh_from_db()
    assert (order.erp_order_no, order.status) == ("SO100001", Order.Status.CONFIRMED), list(
        Attempt.objects.values_list("error", flat=True)
    )
