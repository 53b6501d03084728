"""The main job, from Norce's push to the code back in Norce, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import by_hand, runs
from hub.models import Application, Attempt, OutboxMessage, SyncRun, ValueMapping
from hub.models.configuration import ValueKind
from hub.models.work import ErrorKind, State
from orders.models import Order
from tests.conftest import sample
from tests.faults import answer_yes

Receive = Callable[..., Order]
Work = Callable[[], int]


def from_the_shop(name: str) -> dict[str, Any]:
    """A sample as the application of the fixtures would send it, its buyer unknown to the ERP."""
    body = sample(name)
    body["SellTo"]["Person"]["CustomerCode"] = None
    return body | {"Header": {"ApplicationKey": "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"}, "DoHold": False}


def test_it_carries_an_order_all_the_way(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    order = received("01")
    work()
    order.refresh_from_db()
    assert (order.erp_order_no, order.status) == ("SO100001", Order.Status.CONFIRMED)
    norce = next(iter(sandbox.state.orders))
    assert (norce["status"], norce["erp_order_no"]) == ("Confirmed", "SO100001")
    assert [message.state for message in OutboxMessage.objects.all()] == [State.DONE, State.DONE]


@pytest.mark.parametrize("name", ["01", "02", "03", "04", "05", "06"])
def test_it_carries_every_kind_of_sample_order(
    application: Application, sandbox: Sandbox, received: Receive, work: Work, name: str
) -> None:
    order = received(name, **from_the_shop(name))
    work()
    order.refresh_from_db()
    assert not Attempt.objects.exclude(error="").exists()
    assert (order.erp_order_no, order.status) == ("SO100001", Order.Status.CONFIRMED)
    paid = sum(payment["Amount"] for payment in sample(name)["Payments"])
    assert float(next(iter(sandbox.state.erp_orders))["total"]) == pytest.approx(paid)


def test_it_reports_the_new_codes_in_one_call_of_each_kind(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    for name in ("01", "02", "03", "06"):
        received(name, **from_the_shop(name))
    work()
    runs.start(resource="code_reports", by="test")
    while work():
        pass
    assert SyncRun.objects.get().state == State.DONE
    assert len(sandbox.state.jobs) == 2
    assert {row["Code"] for row in sandbox.state.customers if row["EmailAddress"] == "maja.provberg@example.com"} == {
        CustomerBinding.objects.get(email="maja.provberg@example.com").erp_code
    }
    assert CompanyBinding.objects.get().report == Binding.Report.ACCEPTED


def test_a_person_reads_why_an_order_is_stopped_mends_the_mapping_and_sees_it_go(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    application.erp_connection.strict_kinds = [ValueKind.PAYMENT_METHOD]
    application.erp_connection.save()
    order = received("01")
    work()
    message = OutboxMessage.objects.get(subject=order.subject)
    assert (message.state, message.error_kind) == (State.FAILED, ErrorKind.MAPPING)
    assert "CARD" in message.error and "Value mappings" in message.remedy
    ValueMapping.objects.create(kind=ValueKind.PAYMENT_METHOD, norce_value="CARD", erp_value="K1")
    by_hand.retry(message, by="alice", reason="Card is K1 in the ERP.")
    work()
    order.refresh_from_db()
    assert order.status == Order.Status.CONFIRMED
    assert next(iter(sandbox.state.erp_orders))["payments"][0]["method"] == "K1"


def test_a_held_order_goes_on_when_a_person_releases_it(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    order = received("01", DoHold=True)
    work()
    assert OutboxMessage.objects.get().state == State.HELD
    assert len(sandbox.state.erp_orders) == 0
    answer_yes(order, "The buyer is known.")
    work()
    order.refresh_from_db()
    assert order.status == Order.Status.CONFIRMED
    retried = Attempt.objects.get(item_id=OutboxMessage.objects.earliest("pk").pk, number=2)
    assert (retried.asked_by, retried.reason) == ("anna", "Released (dohold): The buyer is known.")
