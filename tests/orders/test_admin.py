"""Orders in the admin: found by any number, their trouble in words, and the buttons that mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from connectors.redaction import mask_email
from hub.models import Application, Attempt, OutboxMessage, ValueMapping
from hub.models.configuration import ValueKind
from hub.models.work import State
from orders.event_orders import norce_subjects
from orders.masking import mask_phone
from orders.models import Order

Receive = Callable[..., Order]
Work = Callable[[], int]
LIST = "admin:orders_order_changelist"
SAID = {"_form_submitted": "on", "reason": "Looked at it"}


@pytest.fixture
def done(received: Receive, work: Work, application: Application) -> Order:
    """An order that has gone all the way."""
    order = received("01")
    work()
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def unmapped(received: Receive, work: Work, application: Application) -> Order:
    """An order whose payment method has no mapping, on an ERP that demands one."""
    application.erp_connection.strict_kinds = [ValueKind.PAYMENT_METHOD]
    application.erp_connection.save()
    order = received("01")
    work()
    return order


def button(order: Order, name: str) -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def page_of(client: Client, order: Order, **headers: Any) -> str:
    return client.get(reverse("admin:orders_order_change", args=[order.pk]), headers=headers).content.decode()


def found(client: Client, **query: str) -> list[Order]:
    return list(client.get(reverse(LIST), query).context["cl"].result_list)


@pytest.mark.parametrize("term", ["5100231", "#5100231 ", "SO100001", " Maja.Provberg@example.com"])
def test_an_order_is_found_by(admin_client: Client, done: Order, term: str) -> None:
    assert found(admin_client, q=term) == [done]


def test_a_search_for_another_number_finds_nothing(admin_client: Client, done: Order) -> None:
    assert found(admin_client, q="510023") == []


def test_the_list_says_where_an_order_stands(admin_client: Client, held: Order) -> None:
    page = admin_client.get(reverse(LIST)).content.decode()
    for text in ("Held", "Exempel SE", "Maja Provberg", "1596.10\N{NO-BREAK SPACE}SEK"):
        assert text in page


@pytest.mark.parametrize(
    "query", [{"cause": "any"}, {"cause": "hold"}, {"state": "held"}, {"status": "received"}, {"received": "today"}]
)
def test_a_filter_keeps_the_held_order(admin_client: Client, held: Order, query: dict[str, str]) -> None:
    assert found(admin_client, **query) == [held]


@pytest.mark.parametrize(
    "query", [{"cause": "mapping"}, {"state": "failed"}, {"state": "waiting"}, {"state": "in_erp"}, {"state": "late"}]
)
def test_a_filter_leaves_the_held_order_out(admin_client: Client, held: Order, query: dict[str, str]) -> None:
    assert found(admin_client, **query) == []


def test_an_order_that_waits_long_is_late(admin_client: Client, held: Order) -> None:
    OutboxMessage.objects.update(created_at="2026-01-01T00:00:00Z")
    assert found(admin_client, state="late") == [held]


def test_a_long_list_stays_under_fifteen_queries(admin_client: Client, application: Application) -> None:
    cache.clear()
    orders = Order.objects.bulk_create(
        Order(application_key=application.key, client_order_ref=str(number), body=b"{}") for number in range(2000)
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(key=order.subject, kind="erp.order", system="erp", subject=order.subject, state=State.FAILED)
        for order in orders
    )
    for query in ({}, {"state": "failed"}, {"q": "1999"}):
        with CaptureQueriesContext(connection) as queries:
            assert found(admin_client, **query)
        assert len(queries) < 15


def test_the_page_carries_the_whole_story(admin_client: Client, done: Order) -> None:
    page = page_of(admin_client, done)
    for text in ("Received from Norce", "Order to the ERP · attempt 1: done", "create order", "Trail jacket, size M"):
        assert text in page
    assert page.index("Received from Norce") < page.index("Order status to Norce: Confirmed · attempt 1")


def test_the_page_masks_e_mail_and_phone(admin_client: Client, done: Order) -> None:
    page = page_of(admin_client, done)
    assert "Exempelgatan 12" not in page
    assert "m•••@example.com" in page
    assert "maja.provberg@example.com" not in page
    assert "+46701740605" not in page


def test_a_masked_address_keeps_what_tells_people_apart() -> None:
    assert (mask_email("anna@example.com"), mask_phone("+46701740605")) == ("a•••@example.com", "•••605")
    assert (mask_email(""), mask_phone(None)) == ("", "")


@pytest.mark.parametrize("body", [b"{not json", b"[]", b'{"Items": 5}', b"\xff\x00"])
def test_a_body_that_cannot_be_read_still_has_a_page(admin_client: Client, held: Order, body: bytes) -> None:
    Order.objects.update(body=body)
    assert "The order cannot be read" in page_of(admin_client, held)


def test_a_missing_mapping_is_mended_from_the_orders_page(admin_client: Client, unmapped: Order, work: Work) -> None:
    form = f"{reverse('admin:hub_valuemapping_add')}?kind=payment_method&norce_value=CARD"
    page = page_of(admin_client, unmapped)
    assert "Payment method CARD has no value mapping" in page
    assert escape(form) in page
    ValueMapping.objects.create(kind="payment_method", norce_value="CARD", erp_value="Kort")
    admin_client.post(button(unmapped, "retry"), SAID)
    work()
    unmapped.refresh_from_db()
    assert unmapped.status == Order.Status.CONFIRMED


def test_a_mended_mapping_is_not_asked_for_again(admin_client: Client, unmapped: Order) -> None:
    ValueMapping.objects.create(kind="payment_method", norce_value="CARD", erp_value="Kort")
    assert "Add a value mapping" not in page_of(admin_client, unmapped)


def test_a_cancelled_order_can_be_taken_up_again(admin_client: Client, held: Order, work: Work) -> None:
    admin_client.post(button(held, "cancel"), SAID)
    assert "Given up" in page_of(admin_client, held)
    admin_client.post(button(held, "retry"), SAID)
    work()
    assert OutboxMessage.objects.get().state == State.HELD
    assert Attempt.objects.filter(asked_by="admin", reason="Looked at it").count() == 2


@pytest.mark.parametrize("name", ["retry", "cancel", "release"])
def test_a_deed_is_refused_while_the_order_is_worked_on(admin_client: Client, held: Order, name: str) -> None:
    OutboxMessage.objects.update(state=State.RUNNING)
    assert button(held, name) not in page_of(admin_client, held)
    admin_client.post(button(held, name), SAID)
    assert OutboxMessage.objects.get().state == State.RUNNING


@pytest.mark.parametrize("name", ["retry", "cancel", "release"])
def test_a_viewer_gets_no_buttons_and_is_refused(client: Client, held: Order, name: str) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(viewer)
    assert "The shop asks for a manual check" in page_of(client, held)
    assert button(held, name) not in page_of(client, held)
    assert client.post(button(held, name), SAID).status_code == 403


def test_retrying_many_orders_names_them(admin_client: Client, unmapped: Order) -> None:
    data = {"action": "retry_selected", ACTION_CHECKBOX_NAME: [unmapped.pk]}
    page = admin_client.post(reverse(LIST), data).content.decode()
    assert "Retry 1 item?" in page
    assert "<li>5100231</li>" in page


def test_the_page_speaks_swedish_when_asked(admin_client: Client, unmapped: Order) -> None:
    page = page_of(admin_client, unmapped, **{"Accept-Language": "sv"})
    for text in (
        "Misslyckad",
        "En värdemappning saknas",
        "Gör så här:",
        "Lägg till en värdemappning för Betalsätt CARD",
    ):
        assert text in page


def test_each_thing_that_has_stopped_has_a_box_and_the_buttons_are_in_that_of_the_order(
    admin_client: Client, held: Order
) -> None:
    mail = OutboxMessage.objects.create(
        key="mail.notice:1", kind="mail.notice", system="mail", subject=held.subject, state=State.DONE
    )
    OutboxMessage.objects.filter(pk=mail.pk).update(
        subject=next(iter(norce_subjects([held]))), state=State.HELD, error="The mail may have been sent."
    )
    own, other = admin_client.get(reverse("admin:orders_order_change", args=[held.pk])).context["troubles"]
    assert "DoHold" in own.reason and not own.elsewhere
    assert other.elsewhere and other.reason == "The mail may have been sent."
    assert [link.url for link in other.links] == [reverse("admin:hub_outboxmessage_change", args=[mail.pk])]
    assert (
        page_of(admin_client, held).count(f'class="hub-button hub-button-main" href="{button(held, "release")}"') == 1
    )
