"""The page behind an order's *Retry*: what would change, two ways to send it, and a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connectors.sandbox.core import Sandbox
from hub.models import Application, Attempt, ValueMapping
from hub.models.work import State
from orders.models import MappedOrder, Order
from orders.replay_preview import preview
from tests.faults import CREATE_ORDER, erp_orders, set_faults, to_erp

Receive = Callable[..., Order]
Work = Callable[[], int]


@pytest.fixture
def refused(application: Application, sandbox: Sandbox, received: Receive, work: Work) -> Order:
    """An order that its ERP has refused."""
    order = received("01")
    set_faults(sandbox, erp={"fail_next": {CREATE_ORDER: [422]}})
    work()
    return order


def url(order: Order, name: str) -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def page_of(client: Client, order: Order, name: str = "replay", **headers: str) -> str:
    return client.get(url(order, name), headers=headers).content.decode()


def post(client: Client, order: Order, **said: str) -> Any:
    """Press a button of the page as it is now, unless another one is named by what it ``shown``."""
    return client.post(url(order, "replay"), {"shown": preview(order).digest} | said, follow=True)


def staff(client: Client, *codenames: str) -> None:
    user = User.objects.create_user("anna", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_order", *codenames)))
    client.force_login(user)


def test_it_shows_what_would_change_before_anything_is_pressed(admin_client: Client, refused: Order) -> None:
    ValueMapping.objects.create(kind="payment_method", norce_value="CARD", erp_value="Kort")
    page = page_of(admin_client, refused)
    for text in ("Payment 1 · Payment method", "CARD", "Kort", "Map again", "Send again as it was"):
        assert text in page
    assert to_erp(refused).state == State.FAILED


def test_it_says_when_nothing_would_change(admin_client: Client, refused: Order) -> None:
    assert "Nothing: today's mappings make of it just what was mapped" in page_of(admin_client, refused)


def test_it_says_what_would_stop_the_order_again(
    admin_client: Client, refused: Order, application: Application
) -> None:
    application.erp_connection.strict_kinds = ["payment_method"]
    application.erp_connection.save()
    assert "Payment method CARD has no value mapping" in page_of(admin_client, refused)


def test_an_unreadable_record_is_told_and_only_mapping_again_offered(admin_client: Client, refused: Order) -> None:
    MappedOrder.objects.update(content={})
    page = page_of(admin_client, refused)
    assert "kept by another version of the hub" in page
    assert "Send again as it was" not in page
    assert "Map again" in page


@pytest.mark.parametrize(("how", "method"), [("mapped", "Kort"), ("as_sent", "CARD")])
def test_the_order_goes_the_way_that_was_pressed(
    admin_client: Client, refused: Order, sandbox: Sandbox, work: Work, how: str, method: str
) -> None:
    ValueMapping.objects.create(kind="payment_method", norce_value="CARD", erp_value="Kort")
    post(admin_client, refused, how=how, reason="Looked at it")
    work()
    assert [order["payments"][0]["method"] for order in erp_orders(sandbox)] == [method]
    assert Attempt.objects.filter(asked_by="admin", reason__endswith="Looked at it").exists()


@pytest.mark.parametrize("how", ["mapped", "as_sent"])
@pytest.mark.parametrize("change", ["mapping", "record"])
def test_what_has_changed_since_it_was_shown_is_shown_once_more(
    admin_client: Client, refused: Order, how: str, change: str
) -> None:
    seen = admin_client.get(url(refused, "replay")).context["preview"].digest
    if change == "mapping":
        ValueMapping.objects.create(kind="payment_method", norce_value="CARD", erp_value="Kort")
    else:
        row = MappedOrder.objects.get()
        MappedOrder.objects.update(content=row.content | {"currency": "EUR"})
    again = post(admin_client, refused, how=how, reason="Looked at it", shown=seen).content.decode()
    assert "What would be sent has changed in the meantime" in again
    assert ">Looked at it</textarea>" in again and "Say why" not in again
    assert {"mapping": "Kort", "record": "EUR"}[change] in again
    assert to_erp(refused).state == State.FAILED


def test_without_a_reason_it_asks_for_one(admin_client: Client, refused: Order) -> None:
    assert "Say why: the reason is kept in the history." in post(admin_client, refused, reason=" ").content.decode()
    assert to_erp(refused).state == State.FAILED


def test_an_order_that_the_erp_has_is_sent_back_with_the_reason(admin_client: Client, confirmed: Order) -> None:
    for answer in (admin_client.get(url(confirmed, "replay"), follow=True), post(admin_client, confirmed, reason="x")):
        assert "The ERP has the order already, as SO100001" in answer.content.decode()
    assert url(confirmed, "replay") not in page_of(admin_client, confirmed, "change")


def test_there_is_one_retry_the_one_with_the_choice_for_who_may_choose(client: Client, refused: Order) -> None:
    staff(client, "retry", "replay")
    page = page_of(client, refused, "change")
    assert url(refused, "replay") in page and url(refused, "retry") not in page


def test_there_is_one_retry_the_plain_one_for_who_may_only_retry(client: Client, refused: Order) -> None:
    staff(client, "retry")
    page = page_of(client, refused, "change")
    assert url(refused, "retry") in page and url(refused, "replay") not in page


def test_who_may_not_choose_is_refused(client: Client, refused: Order) -> None:
    staff(client, "retry")
    assert client.get(url(refused, "replay")).status_code == 403
    assert client.post(url(refused, "replay"), {"reason": "x"}).status_code == 403
    assert to_erp(refused).state == State.FAILED


def test_work_that_stopped_behind_the_erp_has_the_plain_retry(admin_client: Client, refused: Order, work: Work) -> None:
    post(admin_client, refused, how="mapped", reason="x")
    work()
    type(to_erp(refused)).objects.filter(kind="norce.order_status").update(state=State.FAILED)
    page = page_of(admin_client, refused, "change")
    assert url(refused, "retry") in page and url(refused, "replay") not in page


def test_the_page_speaks_swedish_when_asked(admin_client: Client, refused: Order) -> None:
    page = page_of(admin_client, refused, **{"Accept-Language": "sv"})
    assert "Mappa om med dagens mappningar" in page and "Skicka igen som den var" in page
