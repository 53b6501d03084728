"""A cancel in Norce: it stops the order on its way to the ERP, whenever the event comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.erp.sandbox import SandboxErp
from connectors.errors import PermanentError, TransientError
from connectors.norce.types.order_updates import OrderStatus
from connectors.sandbox.core import Sandbox
from hub import by_hand
from hub import work as engine
from hub.models import Attempt, InboxEvent, OutboxMessage
from hub.models.work import State
from orders.models import Order
from tests.faults import CREATE_ORDER, acknowledgement_of, be_due, erp_orders, operations, retry, set_faults, to_erp
from tests.orders.norce import FakeQuery, told

Receive = Callable[..., Order]
Work = Callable[[], int]
STATUS = "Order/SendOrderStatus"

pytestmark = pytest.mark.usefixtures("application")


def cancelled(**members: Any) -> InboxEvent:
    return told("OrderCancelledEvent", **members)


def happen(work: Work, event: InboxEvent, times: int = 1) -> tuple[str, str]:
    """Do what is due, and what waits so many times; return the event's state and note."""
    for _ in range(times):
        be_due()
        work()
    event.refresh_from_db()
    return event.state, event.note


def status(order: Order) -> str:
    return Order.objects.values_list("status", flat=True).get(pk=order.pk)


def in_norce(sandbox: Sandbox) -> list[str]:
    return [step["status"] for step in next(iter(sandbox.state.orders))["history"]]


@pytest.fixture(autouse=True)
def asked(norce: FakeQuery) -> None:
    """Norce says that the order is cancelled."""
    norce.say(OrderStatus.CANCELLED)


def test_an_order_that_waits_is_cancelled_here(sandbox: Sandbox, received: Receive, work: Work) -> None:
    order = received("01")
    OutboxMessage.objects.update(not_before=timezone.now() + timedelta(hours=1))
    event = cancelled()
    work()
    event.refresh_from_db()
    assert (event.state, event.note) == (State.DONE, "The order was cancelled before it reached the ERP.")
    assert (to_erp(order).state, status(order), erp_orders(sandbox)) == (State.CANCELLED, "cancelled", [])
    attempt = Attempt.objects.get(item_kind="outboxmessage", outcome="cancelled")
    assert (attempt.asked_by, attempt.reason) == ("Norce", "The order was cancelled in Norce.")
    assert event.subject == order.subject and operations("norce") == []


@pytest.mark.parametrize("changes", [{"DoHold": True}, {"SellTo": {}, "BillTo": {}}, {"ReferId": "none"}])
def test_an_order_that_is_stopped_before_the_erp_is_cancelled_without_asking_the_erp(
    sandbox: Sandbox, received: Receive, work: Work, changes: dict[str, Any]
) -> None:
    order = received("01", **changes)
    work()
    assert to_erp(order).state in (State.HELD, State.FAILED)
    assert happen(work, cancelled())[0] == State.DONE
    assert (status(order), operations("erp:default")) == ("cancelled", [])


def test_an_order_that_failed_at_the_erp_is_looked_for_there_first(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"refuse_customers": True})
    order = received("01")
    work()
    assert to_erp(order).state == State.FAILED
    assert happen(work, cancelled())[0] == State.DONE
    assert (to_erp(order).state, status(order)) == (State.CANCELLED, "cancelled")
    assert operations("erp:default")[-1] == "find order"


def test_what_the_erp_has_half_made_of_an_order_is_withdrawn(
    sandbox: Sandbox, received: Receive, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn: list[str] = []
    monkeypatch.setattr(SandboxErp, "withdraw_order", lambda erp, reference: withdrawn.append(reference))
    set_faults(sandbox, erp={"refuse_customers": True})
    order = received("01")
    work()
    assert happen(work, cancelled())[0] == State.DONE
    assert (status(order), withdrawn) == ("cancelled", ["1901-5100231"])


@pytest.mark.parametrize("gives_up", [False, True])
def test_an_order_that_the_erp_made_unheard_is_cancelled_there(
    sandbox: Sandbox, received: Receive, work: Work, gives_up: bool
) -> None:
    set_faults(sandbox, erp={"lose_answers": {CREATE_ORDER: 1}})
    order = received("01")
    work()
    assert (to_erp(order).state, len(erp_orders(sandbox))) == (State.PENDING, 1)
    if gives_up:
        by_hand.cancel(to_erp(order), by="anna", reason="too slow")
    assert happen(work, cancelled(), 3)[0] == State.DONE
    assert [row["status"] for row in erp_orders(sandbox)] == ["cancelled"]
    order.refresh_from_db()
    assert (order.status, order.erp_order_no, in_norce(sandbox)) == ("cancelled", "SO100001", [])


def test_an_order_that_is_just_being_sent_is_cancelled_in_the_erp_afterwards(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    order = received("01")
    running = engine.claim(OutboxMessage.claimable())
    event = cancelled()
    assert happen(work, event)[0] == State.PENDING
    assert 0 < (event.not_before - timezone.now()).total_seconds() < 5
    assert running is not None and event.attempts == 0 and "being worked on" in event.error
    OutboxMessage.objects.update(state=State.PENDING, system="erp:default")
    assert happen(work, event, 2)[0] == State.DONE
    assert status(order) == "cancelled"


def test_a_cancel_before_its_order_waits_and_the_order_never_reaches_the_erp(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    event = cancelled()
    assert happen(work, event)[0] == State.PENDING
    assert (event.attempts, event.error) == (0, "The order has not come to the hub yet.")
    order = received("01")
    assert happen(work, event)[0] == State.DONE
    assert (status(order), to_erp(order).state, operations("erp:default")) == ("cancelled", State.CANCELLED, [])


def test_a_cancel_of_an_order_that_never_comes_ends_after_a_day_and_is_still_heeded(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    event = cancelled()
    InboxEvent.objects.update(received_at=timezone.now() - timedelta(hours=23))
    assert happen(work, event)[0] == State.PENDING
    assert 880 < (event.not_before - timezone.now()).total_seconds() < 902
    InboxEvent.objects.update(received_at=timezone.now() - timedelta(hours=25))
    assert happen(work, event) == (State.DONE, "No such order here.")
    order = received("01")
    work()
    assert (status(order), erp_orders(sandbox)) == ("cancelled", [])


def test_the_cancel_of_another_sources_order_leaves_this_one_alone(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    cancelled(Source="POS-7")
    order = received("01")
    work()
    assert (status(order), norce.asked) == ("confirmed", 0)


@pytest.mark.parametrize("says", [OrderStatus.CONFIRMED, OrderStatus.CREATED])
def test_a_cancel_that_was_taken_back_is_noted(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery, says: OrderStatus
) -> None:
    norce.say(says)
    event = cancelled()
    order = received("01")
    InboxEvent.objects.update(received_at=timezone.now() + timedelta(hours=1))
    assert happen(work, event) == (State.DONE, f"Norce says {says.value}: nothing is cancelled.")
    assert status(order) == "confirmed"


def test_norce_that_waits_is_told_of_an_order_that_was_stopped(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    norce.say(OrderStatus.WAITING_FOR_CANCEL)
    cancelled()
    received("01")
    work()
    work()
    assert (in_norce(sandbox), erp_orders(sandbox)) == (["Cancelled"], [])


def test_an_external_order_without_any_number_of_norces_says_what_to_do(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    norce.say(OrderStatus.WAITING_FOR_CANCEL)
    cancelled(ClientOrderRef="A-17", Source="POS-7")
    order = received("01", ClientOrderRef="A-17", Source="POS-7")
    work()
    message = acknowledgement_of(order)
    assert (message.state, status(order)) == (State.FAILED, "cancelled")
    assert "Set the status in Norce Admin" in message.remedy


def test_a_late_acknowledgement_does_not_confirm_a_cancelled_order(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {STATUS: [503]}})
    order = received("01")
    work()
    assert acknowledgement_of(order).state == State.PENDING
    happen(work, cancelled(), 2)
    assert (acknowledgement_of(order).state, in_norce(sandbox), status(order)) == (State.CANCELLED, [], "cancelled")


def test_a_status_that_our_own_acknowledgement_may_have_set_is_a_question(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    order = received("01")
    work()
    norce.say(OrderStatus.CONFIRMED)
    event = cancelled()
    assert happen(work, event)[0] == State.HELD
    assert "while the hub told it a status" in event.error
    earlier = timezone.now() - timedelta(hours=1)
    OutboxMessage.objects.update(started_at=earlier, finished_at=earlier)
    InboxEvent.objects.update(state=State.PENDING)
    assert happen(work, event) == (State.DONE, "Norce says Confirmed: nothing is cancelled.")
    assert status(order) == "confirmed"


@pytest.mark.parametrize(
    "error",
    [
        PermanentError("norce answered 404", status=404),
        TransientError("norce answered 500", status=500),
        TransientError("norce answered 429", status=429, retry_after=17, counts=False),
    ],
    ids=["404", "500", "429"],
)
def test_a_query_that_does_not_answer_is_asked_again(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery, error: Exception
) -> None:
    order = received("01")
    work()
    norce.errors = [error]  # type: ignore[list-item]
    event = cancelled()
    assert happen(work, event)[0] == State.PENDING
    assert happen(work, event, 2)[0] == State.DONE
    assert status(order) == "cancelled"


def test_an_order_that_norce_does_not_show_for_a_day_is_a_question(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    received("01")
    work()
    norce.orders = {}
    event = cancelled()
    assert happen(work, event)[0] == State.PENDING
    InboxEvent.objects.update(received_at=timezone.now() - timedelta(hours=25))
    assert happen(work, event)[0] == State.HELD
    assert "has not shown the order" in event.error


def test_an_order_that_is_taken_up_again_stands_as_any_other(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    cancelled()
    order = received("01")
    work()
    norce.say(OrderStatus.CREATED)
    retry(to_erp(order))
    work()
    assert (status(order), len(erp_orders(sandbox))) == ("confirmed", 1)


def test_an_order_nobody_has_cancelled_costs_norce_no_question(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery
) -> None:
    received("01")
    work()
    assert norce.asked == 0
