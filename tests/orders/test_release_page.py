"""Release: a person answers yes to the question that they have read, and to no other."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from connectors.sandbox.core import Sandbox
from hub.models import OutboxMessage
from hub.models.work import State
from orders.checks import EXTERNAL
from orders.models import Order
from tests.conftest import sample
from tests.orders.clerk import clerk, read_news

Work = Callable[[], int]
SAID = {"_form_submitted": "on", "reason": "Looked at it"}


def button(order: Order) -> str:
    return reverse("admin:orders_order_release", args=[order.pk])


def page_of(client: Client, order: Order) -> str:
    return client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()


def dialog(client: Client, order: Order) -> str:
    return client.get(button(order)).content.decode()


def question(client: Client, order: Order) -> str:
    """Open the dialog of Release; return what names the question that it shows."""
    return str(client.get(button(order)).context["form"]["question"].value())


def released(client: Client, order: Order, **said: str) -> str:
    """Press Release, for the question that is there now unless another one is named; return the page after it."""
    said = SAID | {"question": question(client, order)} | said
    return client.post(button(order), said, follow=True).content.decode()


def test_a_held_order_says_why_and_is_released_with_a_reason(admin_client: Client, held: Order, work: Work) -> None:
    assert "The shop asks for a manual check" in page_of(admin_client, held)
    assert "The shop asks for a manual check" in dialog(admin_client, held)
    answer = released(admin_client, held)
    assert "admin asked for another try: Released (dohold): Looked at it" in answer
    work()
    held.refresh_from_db()
    assert (held.status, held.released) == (Order.Status.CONFIRMED, ["dohold"])
    assert "Looked at it" in page_of(admin_client, held)


def test_a_question_that_nobody_may_wave_through_has_no_release(admin_client: Client, held: Order) -> None:
    OutboxMessage.objects.update(error_code="buyer")
    assert button(held) not in page_of(admin_client, held)
    assert "cannot be released" in released(admin_client, held)


def test_who_has_read_another_question_answers_none(admin_client: Client, held: Order, work: Work) -> None:
    Order.objects.update(body=json.dumps(sample("01") | {"DoHold": True, "OrderType": EXTERNAL}).encode())
    read = question(admin_client, held)
    released(admin_client, held)
    work()
    assert "An external order" in OutboxMessage.objects.get().error
    assert "is held for another question than the one you saw" in released(admin_client, held, question=read)
    assert "is held for another question" in released(admin_client, held, question="")
    held.refresh_from_db()
    assert (OutboxMessage.objects.get().state, held.released) == (State.HELD, ["dohold"])


def test_a_dialog_that_comes_back_for_its_reason_shows_no_question_that_came_meanwhile(
    admin_client: Client, held: Order
) -> None:
    read = question(admin_client, held)
    OutboxMessage.objects.update(tries=F("tries") + 1)
    page = released(admin_client, held, question=read, reason=" ")
    assert "not held for this question any more" in page
    assert f'value="{read}"' in page and "The shop asks for a manual check" not in page


def test_the_dialog_says_that_the_erps_own_order_is_taken(admin_client: Client, held: Order) -> None:
    OutboxMessage.objects.update(error_code="other_sum")
    page = dialog(admin_client, held)
    assert "The order that the ERP has is taken as it is." in page and "sent to the ERP" not in page


def test_the_dialog_says_that_the_order_goes_to_the_erp(admin_client: Client, held: Order) -> None:
    page = dialog(admin_client, held)
    assert "The order is sent to the ERP." in page and "without asking again" not in page


@pytest.mark.parametrize(
    ("deed", "effect"), [("ship", "Norce is told of the delivery"), ("invoice", "which captures the payment")]
)
def test_the_dialog_says_what_becomes_of_a_cancelled_orders_documents_and_of_later_ones(
    admin_client: Client, confirmed: Order, sandbox: Sandbox, work: Work, deed: str, effect: str
) -> None:
    Order.objects.update(status=Order.Status.CANCELLED)
    clerk(sandbox, deed)
    read_news(work)
    page = dialog(admin_client, confirmed)
    assert effect in page and "without asking again" in page
    assert "sent to the ERP" not in page


def test_a_released_question_is_named_in_words(admin_client: Client, held: Order) -> None:
    released(admin_client, held)
    assert "a look was asked for" in page_of(admin_client, held)
