"""A cancel in Norce of an order that the ERP has: cancelled there once, or a question in the ERP's words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.erp.base import ErpOrderNews
from connectors.norce.types.order_updates import OrderStatus
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_documents import ship
from hub import by_hand, drain, gateways
from hub.models import InboxEvent, OutboxMessage
from hub.models.work import State
from hub.sweeping import sweep
from orders import news
from orders.models import Order
from tests.faults import be_due, operations, retry, set_faults
from tests.hub.test_crashes import DiesAt, Killed
from tests.orders.clerk import clerk
from tests.orders.norce import ORDER_ID, FakeQuery, told

Receive = Callable[..., Order]
Work = Callable[[], int]
CANCEL, STATUS = "POST /erp/orders/<number>/cancel", "Order/SendOrderStatus"

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def sent(sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery) -> Order:
    """An order that the ERP has, and that is cancelled in Norce a while later."""
    order = received("01")
    work()
    Order.objects.update(acknowledged_at=timezone.now() - timedelta(hours=1))
    norce.say(OrderStatus.CANCELLED)
    return order


@pytest.fixture
def waiting(sent: Order, norce: FakeQuery) -> Order:
    """The same, where Norce waits to be told."""
    norce.say(OrderStatus.WAITING_FOR_CANCEL)
    return sent


def deliver(sandbox: Sandbox) -> None:
    ship(sandbox.state, next(iter(sandbox.state.erp_orders)), {})


def in_erp(sandbox: Sandbox) -> str:
    return str(next(iter(sandbox.state.erp_orders))["status"])


def in_norce(sandbox: Sandbox) -> list[str]:
    return [step["status"] for step in next(iter(sandbox.state.orders))["history"]]


def status(order: Order) -> str:
    return Order.objects.values_list("status", flat=True).get(pk=order.pk)


def erp_now() -> ErpOrderNews:
    found = gateways.erp("default").order_news("SO100001")
    assert found is not None
    return found


def to_erp(order: Order) -> OutboxMessage:
    return OutboxMessage.objects.get(key=f"erp.cancel:{order.pk}")


def happen(work: Work, times: int = 1) -> None:
    for _ in range(times):
        work()
        be_due()
    work()


def test_the_order_is_cancelled_in_the_erp_once_however_often_norce_says_so(
    sent: Order, sandbox: Sandbox, work: Work
) -> None:
    for _ in range(3):
        event = told("OrderCancelledEvent")
        happen(work)
    assert (in_erp(sandbox), status(sent), in_norce(sandbox)) == ("cancelled", "cancelled", ["Confirmed"])
    assert operations("erp:default").count("cancel order") == 1
    event.refresh_from_db()
    assert (event.state, event.note) == (State.DONE, "The order is cancelled.")


def test_a_norce_that_waits_is_told_when_it_is_done(waiting: Order, sandbox: Sandbox, work: Work) -> None:
    told("OrderCancelledEvent")
    happen(work)
    last = next(iter(sandbox.state.orders))["history"][-1]
    assert (in_norce(sandbox), last["erp_order_no"]) == (["Confirmed", "Cancelled"], "SO100001")
    assert (in_erp(sandbox), status(waiting)) == ("cancelled", "cancelled")


def test_what_the_erp_refuses_is_a_question_in_its_own_words(
    sent: Order, sandbox: Sandbox, work: Work, admin_client: Client
) -> None:
    deliver(sandbox)
    told("OrderCancelledEvent")
    happen(work)
    message = to_erp(sent)
    assert (message.state, message.error_kind, status(sent)) == (State.HELD, "hold", "confirmed")
    assert "Order SO100001 is delivered or invoiced in part: it cannot be cancelled" in message.error
    page = admin_client.get(reverse("admin:orders_order_change", args=[sent.pk])).content.decode()
    assert "it cannot be cancelled" in page and "Cancellation to the ERP" in page
    assert in_norce(sandbox) == ["Confirmed"]


def test_a_norce_that_waits_is_told_once_that_it_cannot_be(waiting: Order, sandbox: Sandbox, work: Work) -> None:
    deliver(sandbox)
    told("OrderCancelledEvent")
    happen(work)
    retry(to_erp(waiting))
    happen(work)
    assert in_norce(sandbox) == ["Confirmed", "CancelError"]
    assert operations("norce").count(STATUS) == 2


def test_a_retry_asks_the_erp_again(waiting: Order, sandbox: Sandbox, work: Work) -> None:
    deliver(sandbox)
    told("OrderCancelledEvent")
    happen(work)
    sandbox.state.erp_orders.save({**next(iter(sandbox.state.erp_orders)), "deliveries": []})
    retry(to_erp(waiting))
    happen(work)
    assert (in_erp(sandbox), status(waiting)) == ("cancelled", "cancelled")
    assert in_norce(sandbox) == ["Confirmed", "CancelError", "Cancelled"]


def test_a_person_may_leave_the_order_as_it_is(sent: Order, sandbox: Sandbox, work: Work) -> None:
    deliver(sandbox)
    told("OrderCancelledEvent")
    happen(work)
    by_hand.cancel(to_erp(sent), by="anna", reason="The buyer keeps it.")
    event = told("OrderCancelledEvent")
    happen(work)
    event.refresh_from_db()
    assert event.note == "The ERP was asked before, which is: cancelled."
    assert (status(sent), operations("erp:default").count("cancel order")) == ("confirmed", 1)


def acknowledge(order: Order, work: Work) -> str:
    """Let a person retry the acknowledgement; return what became of it."""
    retry(acknowledgement(order))
    work()
    return acknowledgement(order).state


def acknowledgement(order: Order) -> OutboxMessage:
    return OutboxMessage.objects.get(key=f"norce.order_status:{order.pk}:acknowledged")


@pytest.fixture
def unacknowledged(sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery) -> Order:
    """An order that was cancelled in Norce before its acknowledgement, and that the ERP has delivered all the same."""
    set_faults(sandbox, norce={"fail_next": {STATUS: [503]}})
    order = received("01")
    work()
    deliver(sandbox)
    norce.say(OrderStatus.CANCELLED)
    told("OrderCancelledEvent")
    happen(work, 2)
    assert (to_erp(order).state, acknowledgement(order).state) == (State.HELD, State.CANCELLED)
    return order


def test_an_order_whose_cancel_a_person_gives_up_is_acknowledged_after_all(
    unacknowledged: Order, sandbox: Sandbox, work: Work
) -> None:
    assert acknowledge(unacknowledged, work) == State.CANCELLED
    news.take(unacknowledged, erp_now())
    work()
    assert (
        "Cancel its cancellation to the ERP before that" in OutboxMessage.objects.get(kind="norce.delivery_note").remedy
    )
    by_hand.cancel(to_erp(unacknowledged), by="anna", reason="The buyer keeps it.")
    assert (acknowledge(unacknowledged, work), in_norce(sandbox)[0]) == (State.DONE, "Confirmed")
    retry(OutboxMessage.objects.get(kind="norce.delivery_note"))
    work()
    assert in_norce(sandbox) == ["Confirmed", "Delivered"]


def test_a_cancelled_order_whose_delivery_a_person_releases_is_acknowledged_after_all(
    unacknowledged: Order, sandbox: Sandbox, work: Work
) -> None:
    Order.objects.update(status=Order.Status.CANCELLED)
    assert acknowledge(unacknowledged, work) == State.CANCELLED
    Order.objects.update(released=["delivered"])
    assert (acknowledge(unacknowledged, work), in_norce(sandbox)) == (State.DONE, ["Confirmed"])
    assert status(unacknowledged) == "cancelled"


def test_a_norce_that_waits_anew_has_the_erp_asked_again_and_is_told_again(
    waiting: Order, sandbox: Sandbox, work: Work
) -> None:
    deliver(sandbox)
    told("OrderCancelledEvent")
    happen(work)
    by_hand.cancel(to_erp(waiting), by="anna", reason="The buyer keeps it.")
    told("OrderCancelledEvent")
    happen(work)
    assert (to_erp(waiting).state, operations("erp:default").count("cancel order")) == (State.HELD, 2)
    assert operations("norce").count(STATUS) == 3
    retry(to_erp(waiting))
    happen(work)
    assert operations("norce").count(STATUS) == 3


def test_an_event_that_comes_twice_asks_the_erp_once_while_norce_has_not_heard_the_answer(
    waiting: Order, sandbox: Sandbox, work: Work
) -> None:
    deliver(sandbox)
    set_faults(sandbox, norce={"fail_next": {STATUS: [503] * 9}})
    for _ in range(2):
        told("OrderCancelledEvent")
        work()
    assert operations("erp:default").count("cancel order") == 1


def test_an_event_that_comes_once_more_behind_the_answer_is_no_question(
    waiting: Order, sandbox: Sandbox, work: Work, norce: FakeQuery
) -> None:
    deliver(sandbox)
    told("OrderCancelledEvent")
    happen(work)
    norce.say(OrderStatus.CANCEL_ERROR)
    event = told("OrderCancelledEvent")
    work()
    event.refresh_from_db()
    assert (event.state, event.note) == (State.DONE, "Norce says CancelError: nothing is cancelled.")


STEPS = {
    "back_order": OrderStatus.BACK_ORDER,
    "ready_for_pickup": OrderStatus.READY_FOR_PICKUP,
}


@pytest.mark.parametrize("step", STEPS)
def test_no_status_takes_the_place_of_a_cancel_that_waits_for_the_erp(
    sent: Order, sandbox: Sandbox, work: Work, step: str
) -> None:
    set_faults(sandbox, erp={"fail_next": {CANCEL: [503]}})
    told("OrderCancelledEvent")
    work()
    clerk(sandbox, "status", status=step)
    news.take(sent, erp_now())
    work()
    assert (in_norce(sandbox), to_erp(sent).state) == (["Confirmed"], State.PENDING)
    happen(work)
    assert (in_erp(sandbox), status(sent), in_norce(sandbox)) == ("cancelled", "cancelled", ["Confirmed"])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", [{}, {"lose_answers": {STATUS: 1}}], ids=["heard", "lost"])
def test_a_status_of_ours_that_may_have_taken_the_place_of_the_cancel_is_a_question(
    sent: Order, sandbox: Sandbox, work: Work, norce: FakeQuery, step: str, fault: dict[str, Any]
) -> None:
    clerk(sandbox, "status", status=step)
    news.take(sent, erp_now())
    set_faults(sandbox, norce=fault)
    work()
    norce.say(STEPS[step])
    event = told("OrderCancelledEvent")
    work()
    event.refresh_from_db()
    assert (event.state, event.error_code) == (State.HELD, "cancel_or_not")
    earlier = timezone.now() - timedelta(hours=1)
    OutboxMessage.objects.update(started_at=earlier, finished_at=earlier)
    retry(event)
    work()
    event.refresh_from_db()
    assert event.note == f"Norce says {STEPS[step].value}: nothing is cancelled."


@pytest.mark.parametrize(
    "fault",
    [{"lose_answers": {CANCEL: 1}}, {"fail_next": {CANCEL: [500, 502, 503]}}, {"fail_next": {CANCEL: [429]}}],
    ids=["lost", "down", "429"],
)
def test_an_erp_that_does_not_answer_is_asked_again(
    waiting: Order, sandbox: Sandbox, work: Work, fault: dict[str, Any]
) -> None:
    set_faults(sandbox, erp=fault)
    told("OrderCancelledEvent")
    work()
    assert (to_erp(waiting).state, status(waiting)) == (State.PENDING, "confirmed")
    happen(work, 4)
    assert (in_erp(sandbox), status(waiting), to_erp(waiting).state) == ("cancelled", "cancelled", State.DONE)
    assert in_norce(sandbox) == ["Confirmed", "Cancelled"]


def test_an_erp_whose_password_is_wrong_is_no_refusal(waiting: Order, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, erp={"fail_next": {CANCEL: [401]}})
    told("OrderCancelledEvent")
    happen(work)
    assert (to_erp(waiting).state, to_erp(waiting).error_kind) == (State.FAILED, "config")
    assert in_norce(sandbox) == ["Confirmed"]


@pytest.mark.parametrize("reached", [False, True], ids=["before the ERP", "in the ERP"])
@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_at_any_statement_cancels_the_order_once(
    sandbox: Sandbox, received: Receive, work: Work, norce: FakeQuery, after: bool, reached: bool
) -> None:
    for statement in range(1, 200):
        number = 6_000_000 + statement
        order = received("01", ClientOrderRef=str(number))
        if reached:
            work()
            Order.objects.update(acknowledged_at=timezone.now() - timedelta(hours=1))
        norce.say(OrderStatus.WAITING_FOR_CANCEL, quotation_id=number)
        told("OrderCancelledEvent", ClientOrderRef=str(number), OrderId=ORDER_ID)
        died = work_until_death(statement, after=after)
        come_back()
        order.refresh_from_db()
        row = next(row for row in sandbox.state.orders if row["client_order_ref"] == str(number))
        in_erp = [each["status"] for each in sandbox.state.erp_orders if each["number"] == order.erp_order_no]
        assert (order.status, in_erp) == ("cancelled", ["cancelled"] if order.erp_order_no else [])
        assert [step["status"] for step in row["history"]][-1] == "Cancelled"
        assert not InboxEvent.objects.exclude(state=State.DONE).exists()
        if not died:
            break
    assert 10 < statement < 199


def work_until_death(statement: int, *, after: bool) -> bool:
    wrapper = DiesAt(statement, after=after)
    with suppress(Killed), connection.execute_wrapper(wrapper):
        while drain.step():
            pass
    return wrapper.died


def come_back() -> None:
    """Let the leases run out, sweep, and do what is due and what waits."""
    past = timezone.now() - timedelta(seconds=1)
    for model in drain.WORK_MODELS:
        model._default_manager.filter(state=State.RUNNING).update(lease_until=past)
    sweep(drain.WORK_MODELS)
    for _ in range(3):
        be_due()
        while drain.step():
            pass
