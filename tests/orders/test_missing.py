"""Add the missing mapping: from the order that has stopped, over what it frees, back to it, and all tried again."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from hub.admin import mapping_waiting
from hub.impact import propose
from hub.models import Application, Attempt, OutboxMessage, ValueMapping
from hub.models.configuration import ValueKind
from hub.models.work import State
from orders import waiting
from orders.models import Order
from tests.conftest import sample
from tests.front import behind
from tests.threads import side_by_side

Receive = Callable[..., Order]
Work = Callable[[], int]
RETRY = reverse("admin:hub_valuemapping_retry")


@pytest.fixture
def stopped(received: Receive, work: Work, application: Application) -> list[Order]:
    """Three orders without a mapping for their payment method; the last one's unit has none either."""
    application.erp_connection.strict_kinds = [ValueKind.PAYMENT_METHOD, ValueKind.UNIT]
    application.erp_connection.save()
    ValueMapping.objects.create(kind="unit", norce_value="Pieces", erp_value="pcs")
    orders = [received("01", ClientOrderRef=number) for number in ("1", "2")]
    items = [item | {"UnitOfMeasure": "Pair"} for item in sample("01")["Items"]]
    orders.append(received("01", ClientOrderRef="3", Items=items))
    work()
    return orders


def page_of(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def form_of(client: Client, order: Order) -> str:
    """Return the address of the form that the order's page leads to."""
    [link] = [link.url for trouble in client.get(page_of(order)).context["troubles"] for link in trouble.links]
    return str(link)


def saved(client: Client, url: str, erp_value: str) -> Any:
    """Type the ERP's value into the form of an address, save, and agree to what that does."""
    typed = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    page = client.post(url, typed | {"erp_value": erp_value, "_save": "Save"})
    return client.post(url, dict(page.context["hidden"]), follow=True)


def test_the_form_is_filled_in_and_says_what_it_frees(admin_client: Client, stopped: list[Order]) -> None:
    page = admin_client.get(form_of(admin_client, stopped[0]))
    form = page.context["adminform"].form
    values = [form[name].value() for name in ("kind", "norce_value", "application_key")]
    assert values == ["payment_method", "CARD", stopped[0].application_key]
    waiters = page.context["waiters"]
    assert waiters.title == "3 stopped orders wait for Payment method CARD"
    assert [(label, besides) for label, _, besides in waiters.rows] == [
        ("3", "Unit of measure Pair"),
        ("2", ""),
        ("1", ""),
    ]
    text = page.content.decode()
    assert "also lacks Unit of measure Pair" in text
    assert f'href="{page_of(stopped[0])}"' in text


def test_what_would_be_sent_is_shown_before_it_is_saved(admin_client: Client, stopped: list[Order]) -> None:
    url = form_of(admin_client, stopped[0])
    typed = {"kind": "payment_method", "norce_value": "CARD", "erp_value": "KORT", "application_key": ""}
    [orders, _customers] = admin_client.post(url, typed).context["parts"]
    assert [text for text, _ in orders.figures][:2] == [
        "2 stopped orders can go on with it.",
        "1 stopped order still lacks another mapping.",
    ]
    assert [(case.label, case.word, case.lines[-1]) for case in orders.cases] == [
        ("2", "Can go on", ("Payment 1 · Payment method", "CARD", "KORT")),
        ("1", "Can go on", ("Payment 1 · Payment method", "CARD", "KORT")),
        ("3", "Lacks another", ("Payment method CARD", "no mapping", "KORT")),
    ]


def test_saved_it_leads_back_to_the_order_and_to_all_that_waited(
    admin_client: Client, stopped: list[Order], work: Work
) -> None:
    after = saved(admin_client, form_of(admin_client, stopped[0]), "KORT")
    assert after.redirect_chain == [(page_of(stopped[0]), 302)]
    text = after.content.decode()
    assert "2 orders that had stopped can go on now:" in text
    assert "3 work items have stopped for missing mappings:" in text
    assert len(behind(admin_client, unescape(re.findall(r'href="([^"]+)">look<', text)[0]))) == 3
    assert f'href="{RETRY}"' in text
    asked = admin_client.get(RETRY).content.decode()
    assert "Retry 2 items?" in asked
    assert "<li>1</li>" in asked
    admin_client.post(RETRY, {"apply": "1", "reason": "The mapping is there now"})
    work()
    numbers = [bool(order.erp_order_no) for order in Order.objects.order_by("pk")]
    assert numbers == [True, True, False]
    assert Attempt.objects.filter(reason="The mapping is there now", asked_by="admin").count() == 2


def test_more_than_are_looked_at_are_said_to_be_more(
    admin_client: Client, stopped: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST", 2)
    monkeypatch.setattr(mapping_waiting, "LISTED", 1)
    form = form_of(admin_client, stopped[0])
    page = admin_client.get(form)
    assert page.context["waiters"].title == "2+ stopped orders wait for Payment method CARD"
    assert "<li>and 1+ more</li>" in page.content.decode()
    text = saved(admin_client, form, "KORT").content.decode()
    assert "1+ orders that had stopped can go on now:" in text
    assert "3 work items have stopped for missing mappings:" in text
    assert "More have stopped than were looked at" in admin_client.get(RETRY).content.decode()


def test_where_all_can_go_on_nothing_else_is_said_to_have_stopped(admin_client: Client, stopped: list[Order]) -> None:
    OutboxMessage.objects.filter(subject=stopped[2].subject).update(state=State.CANCELLED)
    text = saved(admin_client, form_of(admin_client, stopped[0]), "KORT").content.decode()
    assert "2 orders that had stopped can go on now:" in text and "stopped for missing mappings" not in text


def test_nothing_that_lacks_a_mapping_is_tried_again(admin_client: Client, stopped: list[Order]) -> None:
    after = admin_client.post(RETRY, {"apply": "1", "reason": "Just so"}, follow=True).content.decode()
    assert "there is nothing to retry" in after
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.FAILED}


def test_who_may_not_retry_is_not_led_there(client: Client, admin_client: Client, stopped: list[Order]) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("edit_mapping", "view_order")))
    client.force_login(user)
    assert client.post(RETRY, {"apply": "1", "reason": "Please"}).status_code == 403
    after = saved(client, form_of(admin_client, stopped[0]), "KORT").content.decode()
    assert "was added successfully" in after
    assert RETRY not in after


def test_who_may_not_edit_mappings_is_told_whom_to_ask(client: Client, stopped: list[Order]) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_order", "view_outboxmessage", "retry")))
    client.force_login(user)
    item = OutboxMessage.objects.get(subject=stopped[0].subject)
    for url in (page_of(stopped[0]), reverse("admin:hub_outboxmessage_change", args=[item.pk])):
        page = client.get(url).content.decode()
        assert "Somebody with the right to edit value mappings must add the one for Payment method CARD." in page
        assert reverse("admin:hub_valuemapping_add") not in page
        swedish = client.get(url, headers={"Accept-Language": "sv"}).content.decode()
        assert "Någon med rätt att redigera värdemappningar behöver lägga till den för Betalsätt CARD." in swedish


def test_a_mapping_that_nothing_waits_for_says_nothing(admin_client: Client, stopped: list[Order]) -> None:
    add = reverse("admin:hub_valuemapping_add")
    for query in ("", "?kind=unit&norce_value=Box", "?kind=colour&norce_value=Red", "?kind=payment_method"):
        assert admin_client.get(add + query).context["waiters"] is None


def test_of_two_who_save_at_the_same_moment_one_looks_once_more(
    many_connections: None, application: Application, admin_user: User
) -> None:
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(admin_user)

    def save(number: int) -> int:
        shown = propose(put={("unit", "", f"U{number}"): "pcs"}).digest
        typed = {"kind": "unit", "norce_value": f"U{number}", "erp_value": "pcs", "shown": shown}
        both_have_seen.wait()
        return clients[number].post(reverse("admin:hub_valuemapping_add"), typed).status_code

    both_have_seen = Barrier(2)
    assert sorted(side_by_side(2, save)) == [200, 302]
    assert ValueMapping.objects.count() == 1


def test_the_page_speaks_swedish_when_asked(admin_client: Client, stopped: list[Order]) -> None:
    page = admin_client.get(form_of(admin_client, stopped[0]), headers={"Accept-Language": "sv"}).content.decode()
    for text in ("3 stoppade ordrar väntar på Betalsätt CARD", "saknar även", "kan fortsätta med den"):
        assert text in page
