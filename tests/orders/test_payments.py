"""A payment that Norce has received: on the time-line of its order, whichever number names that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from hub.models import InboxEvent
from hub.models.work import State
from orders.models import Order
from orders.order_page import page
from orders.payments import masked
from tests.faults import be_due
from tests.orders.norce import told

Receive = Callable[..., Order]
Work = Callable[[], int]
NAME = "OrderPaymentReceivedEvent"

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def happen(work: Work, event: InboxEvent) -> InboxEvent:
    be_due()
    work()
    event.refresh_from_db()
    return event


def test_it_is_on_the_orders_time_line_with_its_reference_masked(received: Receive, work: Work) -> None:
    order = received("01")
    event = happen(work, told(NAME))
    assert (event.state, event.note) == (State.DONE, "CARD, 1596.10 SEK, reference •••4821")
    shown = [(moment.entry.title, moment.entry.text) for moment in page(order)["moments"].shown]
    assert ("Event: Norce has received a payment", event.note) in shown


def test_what_norce_leaves_out_is_left_out(received: Receive, work: Work) -> None:
    received("01")
    event = told(NAME, PaymentMethodCode=None, PaymentRef=None, Amount=None, CurrencyCode=None)
    assert happen(work, event).note == "77"


@pytest.mark.parametrize(("reference", "shown"), [("", "•••"), ("1234567", "•••"), ("12345678", "•••5678")])
def test_a_short_reference_is_not_shown_at_all(reference: str, shown: str) -> None:
    assert masked(reference) == shown


@pytest.mark.parametrize("sources", [["POS-7"], ["WEB", "POS-7"]])
def test_the_erps_number_decides_where_the_reference_does_not(
    received: Receive, work: Work, sources: list[str]
) -> None:
    orders = [received("01", Source=source) for source in sources]
    work()
    orders[-1].refresh_from_db()
    event = told(NAME, ErpOrderNo=orders[-1].erp_order_no)
    assert happen(work, event).subject == orders[-1].subject


def test_an_order_that_another_number_names_is_found(received: Receive, work: Work) -> None:
    order = received("01")
    work()
    assert happen(work, told(NAME, ClientOrderRef="elsewhere")).subject == order.subject


def test_it_waits_for_its_order_longer_and_longer_and_a_day_at_most(received: Receive, work: Work) -> None:
    event = told(NAME)
    pauses = []
    for hours in (0, 0.01, 1):
        InboxEvent.objects.update(received_at=timezone.now() - timedelta(hours=hours))
        happen(work, event)
        pauses.append(round((event.not_before - timezone.now()).total_seconds(), -1))
    assert (pauses, event.attempts, event.error_kind) == ([10, 20, 900], 0, "transient")
    order = received("01")
    assert happen(work, event).subject == order.subject


def test_a_payment_of_an_order_that_never_comes_ends_after_a_day(work: Work) -> None:
    event = told(NAME)
    InboxEvent.objects.update(received_at=timezone.now() - timedelta(hours=25))
    assert (happen(work, event).state, event.note) == (State.DONE, "No such order here.")


def test_the_order_of_another_application_is_another_order(received: Receive, work: Work) -> None:
    received("01")
    assert happen(work, told(NAME, ApplicationId=1902)).state == State.PENDING
