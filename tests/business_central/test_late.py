"""Business Central may carry a call out long after the hub has stopped waiting: nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.models import RateBucket
from connectors.moments import clock
from connectors.norce.types.order_updates import OrderStatus
from hub import by_hand, drain, gateways
from hub.models import OutboxMessage
from hub.models.work import ErrorKind, State
from hub.sweeping import sweep
from orders.models import Order
from tests.business_central.server import BusinessCentralStub
from tests.business_central.wire import StubAdapter
from tests.erp_contract.wire import Killed, Wire
from tests.faults import be_due, retry, to_erp
from tests.orders.norce import FakeQuery, told

Receive = Callable[..., Order]
Work = Callable[[], int]
# A call waits for up to 8 minutes and then runs for up to 10 (business-central.md, Limits).
LONGEST = timedelta(minutes=18)
# Token, company, search by reference, search of the buyer; then the two that write.
CREATE_CUSTOMER, CREATE_ORDER = 5, 6

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def wire(central: BusinessCentralStub) -> Wire:
    """The way to Business Central, which may be slow."""
    made = Wire(StubAdapter(central))
    gateways.session("erp:default").mount("https://bc.test", made)
    return made


def wait_of(order: Order) -> timedelta:
    return to_erp(order).not_before - timezone.now()


def go_on(wire: Wire, work: Work, order: Order) -> None:
    """Do the order's next try; what is under way is carried out before it if the hub waits for so long, else after."""
    if wait_of(order) > LONGEST:
        wire.arrive()
    be_due()
    work()
    wire.arrive()


def made(central: BusinessCentralStub) -> tuple[int, int]:
    return len(central.books.sets["customers"]), len(central.books.sets["salesOrders"])


@pytest.mark.parametrize("call", range(1, CREATE_ORDER + 2))
def test_whichever_call_is_carried_out_late_there_is_one_customer_and_one_order(
    central: BusinessCentralStub, wire: Wire, received: Receive, work: Work, call: int
) -> None:
    wire.plan("late", call)
    order = received("01")
    work()
    go_on(wire, work, order)
    assert (made(central), to_erp(order).state) == ((1, 1), State.DONE)


def test_a_person_sees_why_it_waits_and_until_when(wire: Wire, received: Receive, work: Work) -> None:
    wire.plan("late", CREATE_ORDER)
    order = received("01")
    work()
    message = to_erp(order)
    assert "did not answer create order" in message.cause
    assert f"may still carry it out until {clock(message.not_before)}" in message.cause


def test_a_read_that_nobody_answers_is_asked_again_soon(wire: Wire, received: Receive, work: Work) -> None:
    wire.plan("late", CREATE_ORDER - 3)
    order = received("01")
    work()
    assert wait_of(order) < timedelta(minutes=1)


def test_what_a_dead_worker_asked_for_is_waited_for_as_long(
    central: BusinessCentralStub, wire: Wire, received: Receive, work: Work
) -> None:
    wire.plan("kill", CREATE_ORDER)
    order = received("01")
    with pytest.raises(Killed):
        work()
    OutboxMessage.objects.filter(state=State.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep(drain.WORK_MODELS)
    # Two minutes of the twenty went by before the lease ended.
    assert LONGEST - timedelta(minutes=1) < wait_of(order) < LONGEST
    assert f"until {clock(to_erp(order).not_before)}" in to_erp(order).cause
    be_due()
    work()
    assert (made(central), to_erp(order).state) == ((1, 1), State.DONE)


def test_a_cancel_in_norce_waits_too_and_cancels_what_is_made_late(
    central: BusinessCentralStub, wire: Wire, received: Receive, work: Work, norce: FakeQuery
) -> None:
    wire.plan("late", CREATE_ORDER)
    order = received("01")
    work()
    norce.say(OrderStatus.CANCELLED)
    told("OrderCancelledEvent")
    work()
    go_on(wire, work, order)
    order.refresh_from_db()
    assert (order.status, made(central)) == (Order.Status.CANCELLED, (1, 0))


@pytest.mark.parametrize("gives_up", [True, False])
def test_who_presses_retry_waits_as_long(
    central: BusinessCentralStub, wire: Wire, received: Receive, work: Work, settings: Settings, gives_up: bool
) -> None:
    if not gives_up:
        settings.HUB_MAX_ATTEMPTS = 1
    wire.plan("late", CREATE_ORDER)
    order = received("01")
    work()
    if gives_up:
        by_hand.cancel(to_erp(order), by="anna", reason="Too slow.")
    else:
        assert to_erp(order).error_kind == ErrorKind.EXHAUSTED
    retry(to_erp(order))
    go_on(wire, work, order)
    assert (made(central), to_erp(order).state) == ((1, 1), State.DONE)


@pytest.mark.parametrize("end", ["waits", "is given up", "has used its tries up"])
def test_another_order_of_the_buyer_waits_while_the_buyer_may_be_made(
    central: BusinessCentralStub, wire: Wire, received: Receive, work: Work, settings: Settings, end: str
) -> None:
    if end == "has used its tries up":
        settings.HUB_MAX_ATTEMPTS = 1
    wire.plan("late", CREATE_CUSTOMER)
    first = received("01")
    work()
    if end == "is given up":
        by_hand.cancel(to_erp(first), by="anna", reason="Too slow.")
    second = received("01", ClientOrderRef="5100999")
    RateBucket.objects.all().delete()
    work()
    assert (to_erp(second).state, to_erp(second).error_code) == (State.PENDING, "serial_under_way")
    assert wait_of(second) > LONGEST
    wire.arrive()
    OutboxMessage.objects.update(not_before=timezone.now())
    work()
    assert made(central) == (1, 2 if end == "waits" else 1)
