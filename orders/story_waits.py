"""How the demo waits for what hub, Norce and ERP do with the orders of its story."""

from __future__ import annotations

import os
import time

from hub.models import InboxEvent, OutboxMessage
from hub.models.work import State
from orders.event_orders import norce_subjects
from orders.models import Order
from orders.releasing import question_of, release
from orders.story import Say, Sent

PATIENCE = 45.0
# Norce's events are on their way for a moment: so many looks in a row must find nothing.
SURELY = 10
PACE = {"SANDBOX_JOB_SECONDS": "0", "SANDBOX_RATE_LIMIT": "240", "NORCE_REQUESTS_PER_MINUTE": "240"}


def hurry() -> None:
    """Let the processes started from now on wait less, where the environment does not say how much.

    Norce's jobs take their time, and a second demo would wait for the minute of the first to end.
    """
    for name, value in PACE.items():
        os.environ.setdefault(name, value)


def wait_for_orders(sent: list[Sent], *, say: Say) -> None:
    """Wait until every order is acknowledged; release those that the shop asked a person to look at."""
    waiting = {entry.reference for entry in sent}
    deadline = time.monotonic() + PATIENCE
    while waiting and time.monotonic() < deadline:
        time.sleep(0.2)
        for order in Order.objects.filter(client_order_ref__in=waiting):
            if order.acknowledged_at:
                waiting.discard(order.client_order_ref)
            elif OutboxMessage.objects.filter(subject=order.subject, state=State.HELD).exists():
                held = OutboxMessage.objects.get(subject=order.subject, state=State.HELD)
                say(f"{order}  held: {held.error} A person releases it.")
                release(order, question=question_of(held), by="demo", reason="Looked at: in order.")


def wait_for_work(sent: list[Sent]) -> None:
    """Wait until Norce and the buyers have been told everything about the orders."""
    subjects = [
        name
        for order in Order.objects.filter(client_order_ref__in=[entry.reference for entry in sent])
        for name in (order.subject, *norce_subjects([order]))
    ]
    unfinished = (State.PENDING, State.RUNNING)
    deadline = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < SURELY and time.monotonic() < deadline:
        time.sleep(0.2)
        waiting = [
            table._default_manager.filter(subject__in=subjects, state__in=unfinished).exists()
            for table in (OutboxMessage, InboxEvent)
        ]
        quiet = 0 if any(waiting) else quiet + 1
