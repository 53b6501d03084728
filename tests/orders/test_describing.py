"""Orders by the numbers that people search by, many at once."""

from __future__ import annotations

from typing import Any

import pytest

from hub import registry
from hub.models import Application
from orders.models import Order

pytestmark = pytest.mark.django_db


def an_order(reference: str, erp_order_no: str = "", key: str = "") -> Order:
    return Order.objects.create(
        client_order_ref=reference, erp_order_no=erp_order_no, application_key=key, buyer_name="Maja", body=b"{}"
    )


def test_an_order_is_named_by_its_numbers_in_both_systems() -> None:
    done, waiting = an_order("5100231", "SO100001"), an_order("5100232")
    assert registry.describe([done.subject, waiting.subject, "order:999999", "order:x", "order:"]) == {
        done.subject: "Norce order 5100231, ERP order SO100001",
        waiting.subject: "Norce order 5100232",
    }


def test_an_event_is_named_by_its_order_whether_that_has_come_or_not(application: Application) -> None:
    an_order("5100231", "SO100001", application.key)
    an_order("5100231", "SO200001", "another")
    assert registry.describe(["norce_order:1901:5100231", "norce_order:1901:a:b", "norce_order:1902:5100231"]) == {
        "norce_order:1901:5100231": "Norce order 5100231, ERP order SO100001",
        "norce_order:1901:a:b": "Norce order a:b",
        "norce_order:1902:5100231": "Norce order 5100231",
    }


def test_many_orders_cost_one_statement(django_assert_num_queries: Any) -> None:
    orders = [an_order(str(number)) for number in range(50)]
    with django_assert_num_queries(1):
        assert len(registry.describe(order.subject for order in orders)) == 50
