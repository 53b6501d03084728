"""Norce's events in the admin: on their order's page, in its list, and each on its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.norce.types import events
from hub.admin.links import subject_url
from hub.models import Attempt, InboxEvent, OutboxMessage
from hub.models.work import State
from hub.work_titles import work_title
from orders.models import Order
from tests.front import needs
from tests.orders.norce import BODIES, PLACED, FakeQuery, told

Receive = Callable[..., Order]
Work = Callable[[], int]
LIST = "admin:orders_order_changelist"
ORDER_EVENTS = [
    "OrderReceivedEvent",
    "OrderConfirmedEvent",
    "OrderReadyForPickupEvent",
    "OrderPartlyDeliveredEvent",
    "OrderDeliveredEvent",
    "OrderPaymentReceivedEvent",
    "OrderCancelledEvent",
]

pytestmark = pytest.mark.usefixtures("application", "sandbox")


@pytest.fixture
def order(received: Receive, work: Work) -> Order:
    order = received("01")
    work()
    return order


def page_of(client: Client, order: Order) -> str:
    return client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()


def found(client: Client, **query: str) -> list[Order]:
    return list(client.get(reverse(LIST), query).context["cl"].result_list)


@pytest.mark.parametrize("name", [*ORDER_EVENTS, "InvoiceCaptureCompletedEvent"])
def test_every_event_of_an_order_is_on_its_page_with_what_came_of_it(
    admin_client: Client, order: Order, work: Work, norce: FakeQuery, name: str
) -> None:
    event = told(name, State="Captured")
    assert name == "InvoiceCaptureCompletedEvent" or f"Event: {work_title(name)}" in page_of(admin_client, order)
    InboxEvent.objects.update(state=State.DONE, note="This came of it.", subject=event.subject)
    if name == "InvoiceCaptureCompletedEvent":
        InboxEvent.objects.update(subject=order.subject)
    page = page_of(admin_client, order)
    assert f"Event: {work_title(name)}" in page and "This came of it." in page


def test_an_event_before_its_order_is_the_first_on_the_time_line(admin_client: Client, received: Receive) -> None:
    told("OrderReceivedEvent")
    page = page_of(admin_client, received("01"))
    assert page.index("Norce has received the order") < page.index("Received from Norce")


def test_the_events_of_another_order_are_not_on_the_page(admin_client: Client, order: Order) -> None:
    for members in ({"ClientOrderRef": "1"}, {"Source": "POS-7"}, {"ApplicationId": 1902}):
        told("OrderConfirmedEvent", **members)
    assert "Norce has confirmed" not in page_of(admin_client, order)


@pytest.mark.parametrize("name", sorted(events.TYPES))
def test_every_type_of_event_has_words(name: str) -> None:
    assert work_title(name) != name


@pytest.mark.parametrize("state", [State.HELD, State.FAILED])
def test_a_stopped_event_is_the_orders_trouble_and_leads_to_its_own_page(
    admin_client: Client, order: Order, state: State
) -> None:
    told("OrderCancelledEvent")
    InboxEvent.objects.update(state=state, subject=order.subject, error="Look at it.", error_kind="hold")
    page = page_of(admin_client, order)
    assert "Look at it." in page and "Open it" in page
    own = reverse("admin:hub_inboxevent_change", args=[InboxEvent.objects.get().pk])
    assert own in page and admin_client.get(own).status_code == 200
    assert found(admin_client, state=str(state)) == found(admin_client, cause="hold") == [order]
    assert [row.standing.word for row in found(admin_client)] == [state.capitalize()]


def test_a_mail_about_the_order_is_among_its_work_and_its_trouble(admin_client: Client, order: Order) -> None:
    mail = OutboxMessage.objects.create(
        key="mail:1", kind="mail.operators", system="mail", subject="norce_order:1901:5100231", state=State.FAILED
    )
    OutboxMessage.objects.filter(pk=mail.pk).update(error="The mail server said no.")
    page = page_of(admin_client, order)
    assert reverse("admin:hub_outboxmessage_change", args=[mail.pk]) in page and "The mail server said no." in page
    assert found(admin_client, state="failed") == []


def test_the_front_page_counts_stopped_events_of_orders(admin_client: Client, order: Order) -> None:
    told("OrderCancelledEvent")
    InboxEvent.objects.update(state=State.HELD, subject=order.subject, error_kind="hold")
    [need] = needs(admin_client).values()
    assert (need.url, need.shown) == (reverse(LIST) + "?state=held&cause=hold%3A", "1")


def test_an_event_of_norces_leads_to_its_order(admin_client: Client, order: Order) -> None:
    for source in ("WEB", "POS-7"):
        url = subject_url(told("OrderConfirmedEvent", Source=source).subject)
        assert list(admin_client.get(url).context["cl"].result_list) == [order]
    assert subject_url("norce_invoice:880") == ""


def test_an_events_many_tries_are_one_entry_and_a_persons_deed_another(admin_client: Client, order: Order) -> None:
    event = told("OrderCancelledEvent")
    tries = [("postponed", ""), ("done", ""), ("retry", ""), ("done", "anna")]
    for number, (outcome, who) in enumerate(tries):
        Attempt.objects.create(
            item_kind="inboxevent",
            item_id=event.pk,
            number=number,
            subject=event.subject,
            outcome=outcome,
            asked_by=who,
            reason="Looked at it",
        )
    page = page_of(admin_client, order)
    assert page.count("cancelled · attempt") == 2 and "asked by anna: Looked at it" in page


def test_a_page_with_many_events_costs_as_many_statements_as_one_with_few(admin_client: Client, order: Order) -> None:
    costs = []
    page_of(admin_client, order)
    for count in (1, 50):
        InboxEvent.objects.bulk_create(
            InboxEvent(event_type="OrderDeliveredEvent", subject=order.subject, body=b"{}", state=State.DONE)
            for _ in range(count)
        )
        with CaptureQueriesContext(connection) as queries:
            page_of(admin_client, order)
        costs.append(len(queries))
    assert costs[0] == costs[1] < 20


def test_the_samples_of_these_tests_are_events_of_the_contract() -> None:
    assert set(BODIES) <= set(events.TYPES) and PLACED["OrderId"]
