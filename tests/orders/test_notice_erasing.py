"""A person who is erased is gone from what was kept of their mails too."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hub import erasing
from hub.models import Application, InboxEvent, OutboxMessage
from hub.models.work import State
from hub.person import Person
from orders.models import Order
from tests.orders.buyers import install, put

pytestmark = pytest.mark.django_db(transaction=True)

MAJA = Person(emails=frozenset({"maja.provberg@example.com"}))


@pytest.fixture
def told(
    received: Callable[..., Order], application: Application, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], InboxEvent]:
    """Receive an order, and keep an event of Norce's about it that has names but no address."""
    install(monkeypatch)
    Application.objects.update(notices=["order_confirmed"])
    order = received("01")
    return lambda name: put(name, ClientOrderRef=order.client_order_ref, FirstName="Maja", LastName="Provberg")


def test_events_about_their_orders_lose_their_names(told: Any) -> None:
    event = told("OrderConfirmedEvent")
    erasing.erase(erasing.known(MAJA), by="anna", reason="asked", even_unfinished=True)
    event.refresh_from_db()
    body = json.loads(bytes(event.body))
    assert (body["FirstName"], body["LastName"], body["CellPhone"]) == ("erased", "erased", "erased")
    assert (body["OrderId"], body["ClientOrderRef"]) == (9900123, "5100231")


def test_a_mail_that_waits_is_unfinished_work_for_them(told: Any) -> None:
    told("OrderConfirmedEvent")
    assert "mail.notice of norce_order:1901:5100231 is waiting" in erasing.unfinished(erasing.known(MAJA))


def test_an_erased_event_has_no_address_to_send_to(told: Any, work: Callable[[], int], mailoutbox: list[Any]) -> None:
    Application.objects.update(notices=["order_received"])
    told("OrderReceivedEvent")
    erasing.erase(erasing.known(MAJA), by="anna", reason="asked", even_unfinished=True)
    work()
    assert (mailoutbox, OutboxMessage.objects.get(kind="mail.notice").state) == ([], State.DONE)
