"""Business statuses: forward or not at all."""

from __future__ import annotations

from itertools import product

import pytest

from connectors.norce.types.order_updates import OrderStatus
from orders import news, states
from orders.models import Order

S = Order.Status


@pytest.mark.parametrize(
    ("present", "status", "may"),
    [
        (S.RECEIVED, S.DELIVERED, True),
        (S.CONFIRMED, S.BACK_ORDER, True),
        (S.BACK_ORDER, S.READY_FOR_PICKUP, True),
        (S.DELIVERED, S.READY_FOR_PICKUP, False),
        (S.INVOICED, S.DELIVERED, False),
        (S.CONFIRMED, S.CONFIRMED, False),
        (S.READY_FOR_PICKUP, S.CANCELLED, True),
        (S.PARTLY_DELIVERED, S.CANCELLED, False),
        (S.CANCELLED, S.DELIVERED, False),
    ],
)
def test_steps_may_be_jumped_forward_never_backward(present: S, status: S, may: bool) -> None:
    assert states.may_follow(status, present) is may


def test_no_two_statuses_may_follow_each_other() -> None:
    assert not [pair for pair in product(S, S) if states.may_follow(*pair) and states.may_follow(*pair[::-1])]


def test_every_status_but_the_first_has_norces_name() -> None:
    assert set(states.NORCE) == set(S) - {S.RECEIVED}


def test_all_of_norces_statuses_are_known_and_eight_are_told() -> None:
    assert [status.id for status in OrderStatus] == list(range(21))
    told = "Allocation Confirmed BackOrder Delivered Invoiced Cancelled PartlyDelivered ReadyForPickup"
    assert set(states.NORCE.values()) == set(told.split())
    assert set(news.STATUSES.values()) == set(states.NORCE)


@pytest.mark.parametrize(
    ("told", "present", "is_overtaken"),
    [
        ("Allocation", S.CONFIRMED, True),
        ("BackOrder", S.BACK_ORDER, False),
        ("BackOrder", S.DELIVERED, True),
        ("BackOrder", S.CANCELLED, True),
        ("Cancelled", S.CANCELLED, False),
        ("CancelError", S.DELIVERED, False),
        ("ReadyForPickup", S.BACK_ORDER, False),
    ],
)
def test_what_an_order_has_left_behind_is_not_told(told: str, present: S, is_overtaken: bool) -> None:
    assert states.is_overtaken(told, present) is is_overtaken


@pytest.mark.django_db
def test_a_step_that_has_been_overtaken_changes_nothing() -> None:
    order = Order.objects.create(client_order_ref="1", body=b"", status=S.CONFIRMED)
    Order.objects.update(status=S.INVOICED)
    assert not states.advance(order, S.DELIVERED)
    order.refresh_from_db()
    assert order.status == S.INVOICED
