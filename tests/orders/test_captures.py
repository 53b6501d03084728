"""How the capture for an invoice ended: on the order's time-line, and a question when the money did not come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.errors import PermanentError, TransientError
from connectors.norce.types.order_updates import OrderStatus
from connectors.sandbox.core import Sandbox
from hub import by_hand
from hub import work as engine
from hub.models import Attempt, InboxEvent
from hub.models.work import State
from orders.models import Capture, Invoice, Order
from orders.order_page import page
from tests.faults import be_due
from tests.orders.norce import FakeQuery, told

Receive = Callable[..., Order]
Work = Callable[[], int]
NAME = "InvoiceCaptureCompletedEvent"


@pytest.fixture(autouse=True)
def invoiced(application: object, sandbox: Sandbox, norce: FakeQuery) -> None:
    """Norce has an invoice for the order."""
    norce.say(OrderStatus.INVOICED)
    norce.show_invoice()


@pytest.fixture
def order(received: Receive, work: Work) -> Order:
    """An order that the ERP has."""
    order = received("01")
    work()
    return Order.objects.get(pk=order.pk)


def happen(work: Work, *events: InboxEvent) -> list[tuple[str, str]]:
    be_due()
    work()
    for event in events:
        event.refresh_from_db()
    return [(event.state, event.note or event.error) for event in events]


def test_captured_money_is_on_the_orders_time_line(order: Order, work: Work) -> None:
    event = told(NAME, State="Captured")
    assert happen(work, event) == [(State.DONE, "The money for invoice F-77 was captured.")]
    assert event.subject == order.subject
    assert "The money for invoice F-77 was captured." in [moment.entry.text for moment in page(order)["moments"].shown]


def test_money_that_was_not_captured_is_a_question_that_the_digest_tells(order: Order, work: Work) -> None:
    event = told(NAME, State="Error")
    happen(work, event)
    assert (event.state, event.subject) == (State.HELD, order.subject)
    assert "not captured" in event.error and "payment provider" in event.remedy
    by_hand.retry(event, by="anna", reason="Looked at it")
    assert happen(work, event)[0][0] == State.HELD


def test_a_capture_that_fails_again_after_it_was_given_up_is_asked_about_anew(order: Order, work: Work) -> None:
    event = told(NAME, State="Error")
    happen(work, event)
    by_hand.cancel(event, by="anna", reason="Mended: Norce captures again")
    told(NAME, State="Error")
    assert (happen(work, event)[0][0], InboxEvent.objects.count()) == (State.HELD, 1)
    asked = Attempt.objects.filter(item_kind="inboxevent").order_by("-number")[0]
    assert (asked.asked_by, asked.reason) == ("Norce", "Norce has told of it again.")


@pytest.mark.parametrize("state", ["Captured", "Error"])
def test_a_capture_that_is_told_twice_is_one(order: Order, work: Work, state: str) -> None:
    event = told(NAME, State=state)
    happen(work, event)
    told(NAME, State=state)
    assert (work(), InboxEvent.objects.count()) == (0, 1)


@pytest.mark.parametrize(("state", "kept"), [("Captured", Capture.State.CAPTURED), ("Error", Capture.State.ERROR)])
def test_the_orders_invoice_says_how_its_payment_ended(order: Order, work: Work, state: str, kept: str) -> None:
    invoice = Invoice.objects.create(order=order, number="F-77", made_at=timezone.now(), currency="SEK", total=1)
    Capture.objects.create(invoice=invoice, number="F-77", state=Capture.State.REQUESTED)
    happen(work, told(NAME, State=state))
    assert Capture.objects.get().state == kept


def test_the_orders_page_says_that_the_money_did_not_come(order: Order, work: Work) -> None:
    happen(work, told(NAME, State="Error"))
    shown = page(order)
    assert "Held" in shown["badge"] and "not captured" in shown["troubles"][0].reason


@pytest.mark.parametrize("waits", [False, True])
def test_a_capture_after_an_error_settles_it(order: Order, work: Work, waits: bool) -> None:
    error = told(NAME, State="Error")
    if waits:
        happen(work, error)
    captured = told(NAME, State="Captured")
    happen(work, error, captured)
    assert (error.state, error.note) == (State.DONE, "The money for invoice F-77 was captured after all.")
    assert captured.state == State.DONE


def test_a_capture_waits_for_the_error_before_it_that_is_being_worked_on(order: Order, work: Work) -> None:
    error = told(NAME, State="Error")
    assert engine.claim(InboxEvent.claimable())
    captured = told(NAME, State="Captured")
    assert happen(work, captured)[0][0] == State.PENDING
    InboxEvent.objects.filter(pk=error.pk).update(state=State.PENDING)
    assert [state for state, _ in happen(work, error, captured)] == [State.DONE, State.DONE]


@pytest.mark.parametrize("missing", ["invoices", "orders"])
@pytest.mark.parametrize("state", ["Captured", "Error"])
def test_what_norce_does_not_show_yet_is_waited_for(
    order: Order, work: Work, norce: FakeQuery, missing: str, state: str
) -> None:
    rows = getattr(norce, missing)
    kept = dict(rows)
    rows.clear()
    event = told(NAME, State=state)
    assert (happen(work, event)[0][0], event.attempts) == (State.PENDING, 0)
    rows |= kept
    assert happen(work, event)[0][0] == (State.DONE if state == "Captured" else State.HELD)


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
    order: Order, work: Work, norce: FakeQuery, error: PermanentError
) -> None:
    norce.errors = [error]
    event = told(NAME, State="Captured")
    assert happen(work, event)[0][0] == State.PENDING
    assert happen(work, event)[0][0] == State.DONE


def test_a_query_that_refuses_fails_the_event_in_its_words(order: Order, work: Work, norce: FakeQuery) -> None:
    norce.errors = [PermanentError("norce answered 400: no such property", status=400)]
    event = told(NAME, State="Captured")
    assert "no such property" in happen(work, event)[0][1]
    assert event.state == State.FAILED


@pytest.mark.parametrize("state", ["Captured", "Error"])
def test_a_capture_of_an_order_that_never_comes_ends_after_a_day(work: Work, state: str) -> None:
    event = told(NAME, State=state)
    assert happen(work, event)[0][0] == State.PENDING
    InboxEvent.objects.update(received_at=timezone.now() - timedelta(hours=25))
    assert happen(work, event) == [(State.DONE, "No such order here.")]


def test_an_external_order_is_found_by_the_number_that_the_erp_gave_it(
    received: Receive, work: Work, norce: FakeQuery
) -> None:
    order = received("01", ClientOrderRef="A-17", Source="POS-7")
    work()
    norce.say(OrderStatus.INVOICED, quotation_id=None, source="POS-7", order_no="SO100001")
    event = told(NAME, State="Captured")
    happen(work, event)
    assert event.subject == order.subject
