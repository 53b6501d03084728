"""Lists name what their rows are about by the numbers that people know, in one statement."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub.admin.subjects import words
from hub.models import ApiCall, Attempt, InboxEvent, OutboxMessage, Reveal
from orders.models import Order

pytestmark = pytest.mark.django_db
MODELS = {OutboxMessage: "outboxmessage", InboxEvent: "inboxevent", Attempt: "attempt", ApiCall: "apicall"}


def make(model: Any, number: int, subject: str) -> Any:
    """Make a row about a subject."""
    columns: dict[Any, dict[str, Any]] = {
        OutboxMessage: {"key": f"k{number}", "kind": "erp.order", "system": "erp"},
        InboxEvent: {"event_type": "e", "body": b"{}", "key": f"k{number}"},
        Attempt: {"item_kind": "outboxmessage", "item_id": number, "number": 1},
        ApiCall: {"system": "erp", "operation": "x", "method": "GET", "url": "https://erp.example.com", "ms": 1},
        Reveal: {"revealed_by": "anna", "what": "buyer", "reason": "They called"},
    }
    return model._default_manager.create(subject=subject, **columns[model])


def order(number: int) -> Order:
    return Order.objects.create(client_order_ref=f"51{number:05}", body=b"{}")


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


@pytest.mark.parametrize("model", [*MODELS, Reveal])
def test_orders_are_named_by_norces_number(admin_client: Client, model: Any) -> None:
    made = order(7)
    row = make(model, 1, made.subject)
    name = f"admin:hub_{model._meta.model_name}"
    link = reverse("admin:orders_order_change", args=[made.pk])
    for url in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])):
        page = admin_client.get(url).content.decode()
        assert f'href="{link}" title="{made.subject}">Order 5100007</a>' in page


@pytest.mark.parametrize("model", MODELS)
def test_thirty_orders_take_one_statement_more_than_none(admin_client: Client, model: Any) -> None:
    url = reverse(f"admin:hub_{MODELS[model]}_changelist")
    for number in range(30):
        make(model, number, "customer:default:C1")
    before = statements(admin_client, url)
    for number in range(30, 60):
        make(model, number, order(number).subject)
    assert statements(admin_client, url) == before + 1


@pytest.mark.parametrize("model", [*MODELS, Reveal])
@pytest.mark.parametrize("typed", ["5100002", " #5100002", "order:{}"])
def test_rows_are_found_by_norces_number_and_by_the_subject(admin_client: Client, model: Any, typed: str) -> None:
    rows = [make(model, number, order(number).subject) for number in (1, 2)]
    url = reverse(f"admin:hub_{model._meta.model_name}_changelist")
    page = admin_client.get(url, {"q": typed.format(rows[1].subject.partition(":")[2])})
    assert list(page.context["cl"].result_list) == [rows[1]]


def test_an_order_that_is_gone_is_named_by_its_subject(admin_client: Client) -> None:
    make(ApiCall, 1, "order:17")
    assert ">order:17</a>" in admin_client.get(reverse("admin:hub_apicall_changelist")).content.decode()


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("customer:default:C10001", "Customer C10001"),
        ("company:second:5560000001", "Company 5560000001"),
        ("norce_customer:50001", "Norce customer 50001"),
        ("norce_order:1901:5100231", "Norce order 5100231"),
        ("norce_job:330915", "Norce job 330915"),
        ("mail:digest:3", "mail:digest:3"),
        ("", ""),
    ],
)
def test_other_subjects_are_named_by_what_they_hold(subject: str, name: str) -> None:
    assert words(subject) == name
