"""What goes wrong on an order's way into the ERP: one order and one customer come of it all the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from connectors.erp.base import ErpOrderRef
from connectors.erp.sandbox import SandboxErp
from connectors.errors import HoldError
from connectors.sandbox.core import Sandbox
from connectors.sandbox.state import State as SandboxState
from hub import drain
from hub.models import Application, Attempt, OutboxMessage
from hub.models.work import State
from hub.work import claim, perform
from orders.models import Order
from orders.sending import record_erp_order
from tests.faults import (
    CREATE_CUSTOMER,
    CREATE_ORDER,
    FIND_ORDER,
    answer_yes,
    be_due,
    erp_customers,
    erp_orders,
    known_person,
    operations,
    retry,
    set_faults,
    to_erp,
)
from tests.threads import side_by_side

Receive = Callable[..., Order]
Work = Callable[[], int]
pytestmark = pytest.mark.usefixtures("application", "business", "sandbox")


def test_two_first_orders_of_one_buyer_at_once_make_one_customer(
    many_connections: None, sandbox: Sandbox, received: Receive, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, search = Barrier(2), SandboxErp.find_parties

    def search_together(erp: SandboxErp, *args: Any, **options: Any) -> Any:
        found = search(erp, *args, **options)
        with suppress(BrokenBarrierError):
            meeting.wait(0.5)
        return found

    monkeypatch.setattr(SandboxErp, "find_parties", search_together)
    for number in ("1", "2"):
        received("01", ClientOrderRef=number)
    side_by_side(2, lambda number: drain.step())
    work()
    assert (len(erp_customers(sandbox)), len(erp_orders(sandbox))) == (1, 2)


def test_an_erp_that_answers_500_is_asked_again_later_and_later(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"error_rate": 1})
    order = received("01")
    pauses = []
    for _ in range(4):
        be_due()
        work()
        pauses.append((to_erp(order).not_before - timezone.now()).total_seconds())
    assert all(least < pause <= most for pause, least, most in zip(pauses, (2, 4, 9, 19), (5, 10, 20, 40), strict=True))
    assert (to_erp(order).state, to_erp(order).attempts, to_erp(order).error_kind) == (State.PENDING, 4, "transient")


def test_an_erp_that_is_back_gets_the_order_and_every_try_is_kept(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [500], CREATE_CUSTOMER: [502], CREATE_ORDER: [503]}})
    order = received("01")
    for _ in range(4):
        be_due()
        work()
    outcomes = Attempt.objects.filter(item_kind="outboxmessage", item_id=to_erp(order).pk).order_by("number")
    assert [attempt.outcome for attempt in outcomes] == ["retry", "retry", "retry", "done"]
    assert (len(erp_orders(sandbox)), len(erp_customers(sandbox))) == (1, 1)


def test_it_gives_up_after_many_tries_and_a_person_may_start_it_again(
    sandbox: Sandbox, received: Receive, work: Work, settings: Settings
) -> None:
    settings.HUB_MAX_ATTEMPTS = 2
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [500, 500]}})
    order = received("01")
    for _ in range(3):
        be_due()
        work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "exhausted")
    retry(to_erp(order))
    work()
    assert to_erp(order).state == State.DONE


@pytest.mark.parametrize("fault", [{"lose_answers": {CREATE_ORDER: 1}}, {"latency": 31}], ids=["lost", "late"])
def test_an_order_the_erp_made_without_our_hearing_of_it_is_found_and_not_made_again(
    sandbox: Sandbox, received: Receive, work: Work, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known_person(sandbox, "C7")
    create = SandboxErp.create_order

    def create_unheard(erp: SandboxErp, order: Any) -> ErpOrderRef:
        set_faults(sandbox, erp=fault)
        return create(erp, order)

    monkeypatch.setattr(SandboxErp, "create_order", create_unheard)
    order = received("01")
    work()
    assert (to_erp(order).state, len(erp_orders(sandbox))) == (State.PENDING, 1)
    set_faults(sandbox, erp={})
    be_due()
    work()
    order.refresh_from_db()
    assert (len(erp_orders(sandbox)), order.erp_order_no, order.customer_code) == (1, "SO100001", "C7")


def test_a_customer_the_erp_made_without_our_hearing_of_it_is_found_and_not_made_again(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"lose_answers": {CREATE_CUSTOMER: 1}})
    order = received("01")
    work()
    assert to_erp(order).state == State.PENDING
    be_due()
    work()
    assert (len(erp_customers(sandbox)), to_erp(order).state) == (1, State.DONE)


def test_a_customer_nobody_can_search_for_is_a_question_when_the_answer_is_lost(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"lose_answers": {CREATE_CUSTOMER: 1}})
    order = received("01", SellTo={"Person": {"FirstName": "Maja", "LastName": "Provberg"}})
    work()
    assert (to_erp(order).state, to_erp(order).error_code) == (State.HELD, "nameless")
    assert "Look for the order's buyer in the ERP" in to_erp(order).remedy
    sandbox.state.erp_customers = SandboxState().erp_customers
    answer_yes(order, "Deleted them.")
    be_due()
    work()
    assert (len(erp_customers(sandbox)), to_erp(order).state) == (1, State.DONE)


def test_a_buyer_nobody_can_search_for_is_made_once_though_the_order_fails(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"fail_next": {CREATE_ORDER: [503, 503, 503]}})
    order = received("01", SellTo={"Person": {"FirstName": "Maja", "LastName": "Provberg"}})
    for _ in range(4):
        be_due()
        work()
    assert (len(erp_customers(sandbox)), to_erp(order).state) == (1, State.DONE)


def test_a_company_without_a_number_is_found_by_its_contact(sandbox: Sandbox, received: Receive, work: Work) -> None:
    buyer = {"Company": {"Name": "Exempelbygg"}, "Person": {"LastName": "Testlund", "Email": "olle@example.com"}}
    for number in ("5100501", "5100502"):
        received("01", ClientOrderRef=number, SellTo=buyer)
    work()
    assert len(erp_customers(sandbox)) == 1


def test_it_waits_long_before_it_looks_again_after_a_lost_answer(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"lose_answers": {CREATE_ORDER: 1}})
    order = received("01")
    work()
    wait = to_erp(order).not_before - timezone.now()
    assert wait > timedelta(seconds=settings.HUB_LEASE_SECONDS - 5)


def test_an_erp_that_does_not_answer_is_left_alone_and_keeps_nobody_waiting(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [503]}})
    received("01")
    second = received("03")
    work()
    assert operations("erp:default") == ["find order"]
    assert to_erp(second).tries <= 1
    be_due()
    work()
    assert len(erp_orders(sandbox)) == 2


def test_a_second_erp_order_is_told_to_a_person_even_after_the_lease_was_lost(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    order = received("01")
    late = claim(OutboxMessage.claimable())
    assert late is not None
    OutboxMessage.objects.update(state=State.PENDING)
    work()
    perform(late, lambda item: record_erp_order(order, ErpOrderRef(number="SO2", reference="1901-5100231")))
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.HELD, "hold")
    assert "SO2" in to_erp(order).error


def test_a_refused_customer_fails_the_order_in_the_erps_words(sandbox: Sandbox, received: Receive, work: Work) -> None:
    set_faults(sandbox, erp={"refuse_customers": True})
    order = received("01")
    work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "permanent")
    assert "every new customer to be refused" in to_erp(order).error
    assert (erp_orders(sandbox), to_erp(order).attempts) == ([], 1)


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_of_the_erp_are_a_fault_of_the_set_up(
    sandbox: Sandbox, received: Receive, work: Work, status: int
) -> None:
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [status]}})
    order = received("01")
    work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "config")
    assert "erp:default" in to_erp(order).remedy


def test_two_erp_orders_with_our_reference_are_named(sandbox: Sandbox, received: Receive, work: Work) -> None:
    for number in ("SO1", "SO2"):
        row = {"number": number, "reference": "1901-5100231", "customer_code": "C1"}
        made = {"created": "2026-03-02T10:00:00.000Z", "status": "open", "currency": "SEK", "total": "1"}
        sandbox.state.erp_orders.save(row | made)
    order = received("01")
    work()
    assert to_erp(order).state == State.FAILED
    assert "SO1, SO2" in to_erp(order).error


def test_a_second_erp_number_for_an_order_is_a_question(received: Receive, work: Work) -> None:
    order = received("01")
    work()
    with pytest.raises(HoldError) as held:
        record_erp_order(order, ErpOrderRef(number="SO9", reference="1901-5100231"))
    assert "SO100001" in held.value.message
    assert "Cancel SO9" in held.value.remedy
