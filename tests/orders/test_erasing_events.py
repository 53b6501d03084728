"""What Norce's events say of a person: it goes with their orders, also where no e-mail address tells whose it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from hub import erasing
from hub.models import InboxEvent
from hub.person import Person
from orders.erasing import prune
from orders.models import Order
from tests.faults import BUYER
from tests.orders.norce import told

Receive = Callable[..., Order]
Work = Callable[[], int]
NAMED = {"FirstName": "Maja", "LastName": "Provberg", "CellPhone": "0701740605"}

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def erase() -> int:
    person = erasing.known(Person(emails=frozenset([BUYER])))
    return int(erasing.erase(person, by="anna", reason="asked for it").counts.get("inboxevent", 0))


def texts() -> str:
    events = InboxEvent.objects.values_list("body", "note", "subject", "key")
    return " ".join(f"{bytes(body).decode()} {note} {subject} {key}" for body, note, subject, key in events)


@pytest.mark.parametrize("name", ["OrderConfirmedEvent", "OrderCancelledEvent"])
def test_an_event_that_names_no_address_is_found_by_its_order(received: Receive, work: Work, name: str) -> None:
    received("01")
    work()
    told(name, **NAMED)
    InboxEvent.objects.update(note="Maja Provberg has rung.")
    assert erase() > 0
    assert not any(word in texts() for word in ("Maja", "Provberg", "0701740605"))
    assert "5100231" in texts()
    assert erase() == 0


def test_an_event_of_an_order_that_never_came_is_found_by_its_address() -> None:
    told("OrderReceivedEvent", Email=BUYER.upper(), **NAMED)
    assert erase() == 1
    assert not any(word in texts() for word in ("Maja", "Provberg", "0701740605", BUYER.upper()))


def test_the_events_of_other_orders_keep_their_names(received: Receive, work: Work) -> None:
    received("01")
    work()
    told("OrderConfirmedEvent", ClientOrderRef="5100232", **NAMED)
    told("OrderConfirmedEvent", Source="POS-7", **NAMED)
    assert erase() == 0
    assert texts().count("Maja") == 2


def test_what_events_say_of_a_buyer_goes_with_the_contents_of_an_old_order(
    received: Receive, work: Work, settings: Settings
) -> None:
    received("01")
    work()
    told("OrderReceivedEvent", Email=BUYER, **NAMED)
    told("OrderConfirmedEvent", **NAMED)
    told("OrderConfirmedEvent", ClientOrderRef="5100232", **NAMED)
    settings.HUB_KEEP_ORDER_DAYS = 365
    Order.objects.update(received_at=timezone.now() - timedelta(days=731))
    assert prune() == {"order (blanked)": 1}
    assert (texts().count("Maja"), BUYER in texts(), "5100231" in texts()) == (1, False, True)
