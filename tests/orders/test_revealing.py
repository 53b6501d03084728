"""Personal data is masked on an order's page, and shown to who may see it and says why: once, and with a trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from hub.erasing import erase, known
from hub.models import Reveal
from hub.person import Person
from orders.contents import BLANK
from orders.models import Order
from orders.parties import personal_data
from tests.faults import BUYER

SECRETS = (BUYER, "+46701740605", "Exempelgatan 12")
WHY = {"reason": "The parcel came back"}


def url(order: Order, name: str = "reveal") -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def staff(client: Client, *codenames: str) -> None:
    user = User.objects.create_user("anna", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def page_of(client: Client, order: Order) -> str:
    return client.get(url(order, "change")).content.decode()


@pytest.mark.parametrize("secret", SECRETS)
def test_it_is_masked_on_the_page_and_on_the_question_and_shown_on_the_answer(
    admin_client: Client, confirmed: Order, secret: str
) -> None:
    assert secret not in page_of(admin_client, confirmed)
    assert secret not in admin_client.get(url(confirmed)).content.decode()
    assert secret in admin_client.post(url(confirmed), WHY).content.decode()
    assert secret not in page_of(admin_client, confirmed)


def test_the_buyers_comment_is_masked_and_revealed(admin_client: Client, confirmed: Order) -> None:
    body = bytes(confirmed.body).rstrip()[:-1] + b', "CustomerOrderComment": "Door code 4711"}'
    Order.objects.update(body=body)
    assert "4711" not in page_of(admin_client, confirmed)
    assert "Door code 4711" in admin_client.post(url(confirmed), WHY).content.decode()


def test_nobody_keeps_the_answer(admin_client: Client, confirmed: Order) -> None:
    assert "no-store" in admin_client.post(url(confirmed), WHY).headers["Cache-Control"]


def test_who_when_why_and_what_stand_on_the_time_line_and_in_the_list(admin_client: Client, confirmed: Order) -> None:
    admin_client.post(url(confirmed), WHY)
    trace = Reveal.objects.get()
    assert (trace.revealed_by, trace.reason, trace.subject) == ("admin", "The parcel came back", confirmed.subject)
    assert "As received" in trace.what
    for page in (
        page_of(admin_client, confirmed),
        admin_client.get(reverse("admin:hub_reveal_changelist")).content.decode(),
    ):
        assert "The parcel came back" in page and "admin" in page


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_shown(admin_client: Client, confirmed: Order, reason: str) -> None:
    page = admin_client.post(url(confirmed), {"reason": reason}).content.decode()
    assert "Say why" in page and BUYER not in page
    assert not Reveal.objects.exists()


def test_looking_at_the_question_leaves_no_trace(admin_client: Client, confirmed: Order) -> None:
    admin_client.get(url(confirmed), WHY)
    assert not Reveal.objects.exists()


@pytest.mark.parametrize("codenames", [("view_order",), ("reveal_personal_data",)])
def test_who_lacks_the_right_or_may_not_see_orders_is_refused(
    client: Client, confirmed: Order, codenames: tuple[str, ...]
) -> None:
    staff(client, *codenames)
    assert client.get(url(confirmed)).status_code == 403
    assert client.post(url(confirmed), WHY).status_code == 403
    assert not Reveal.objects.exists()


def test_the_button_is_there_for_who_may_press_it(client: Client, confirmed: Order) -> None:
    staff(client, "view_order")
    assert url(confirmed) not in page_of(client, confirmed)
    User.objects.get().user_permissions.add(Permission.objects.get(codename="reveal_personal_data"))
    assert url(confirmed) in page_of(client, confirmed)


def test_only_administrators_see_the_list(client: Client, confirmed: Order) -> None:
    staff(client, "view_order", "reveal_personal_data")
    assert client.get(reverse("admin:hub_reveal_changelist")).status_code == 403


@pytest.mark.parametrize("how", ["erased", "blanked"])
def test_an_order_without_personal_data_has_nothing_to_reveal(admin_client: Client, confirmed: Order, how: str) -> None:
    if how == "erased":
        erase(known(Person(emails=frozenset({BUYER}))), by="anna", reason="asked", even_unfinished=True)
    else:
        Order.objects.update(body=BLANK)
    assert url(confirmed) not in page_of(admin_client, confirmed)
    answer: Any = admin_client.post(url(confirmed), WHY, follow=True)
    assert "There is no personal data to reveal" in answer.content.decode()
    assert not Reveal.objects.exists()


def test_what_cannot_be_read_as_an_order_is_revealed_as_it_came(confirmed: Order) -> None:
    confirmed.body = b"{not json \xff"
    assert [part.text for part in personal_data(confirmed)] == ["{not json \N{REPLACEMENT CHARACTER}"]


def test_a_reason_that_names_the_person_is_cleaned_when_they_are_erased(admin_client: Client, confirmed: Order) -> None:
    admin_client.post(url(confirmed), {"reason": f"Asked by {BUYER}"})
    erase(known(Person(emails=frozenset({BUYER}))), by="anna", reason="asked", even_unfinished=True)
    assert BUYER not in Reveal.objects.get().reason


def test_a_buyer_without_a_name_does_not_show_their_address_instead(admin_client: Client, confirmed: Order) -> None:
    Order.objects.update(buyer_name=BUYER)
    assert BUYER not in page_of(admin_client, confirmed)
    assert BUYER not in admin_client.get(reverse("admin:orders_order_changelist")).content.decode()
