"""An order that the ERP has deleted is noticed and told, unless the ERP was done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from hub.models import Alert, Application, SyncRow
from hub.models.work import State
from orders import vanished
from orders.models import Order
from tests.faults import operations, set_faults
from tests.front import text_of
from tests.orders.clerk import clerk
from tests.orders.norce_side import compare

Work = Callable[[], int]
READ = "read order"


def aged() -> None:
    """Let all orders be two days old in the ERP, and as long not asked about."""
    before = timezone.now() - timedelta(days=2)
    Order.objects.exclude(erp_order_no="").update(erp_ordered_at=before, checked_at=before)


@pytest.fixture
def order(application: Application, sandbox: Sandbox, received: Callable[..., Order], work: Work) -> Order:
    """An order that the ERP has had for two days."""
    found = received("01")
    work()
    aged()
    found.refresh_from_db()
    return found


def is_gone(order: Order) -> bool:
    order.refresh_from_db()
    return order.gone_at is not None


def told() -> list[str]:
    return list(Alert.objects.order_by("pk").values_list("text", flat=True))


def test_an_order_that_the_erp_has_is_looked_at_and_left_alone(order: Order, work: Work) -> None:
    run = compare(work)
    assert (run.state, is_gone(order), told(), SyncRow.objects.count()) == (State.DONE, False, [], 0)
    assert order.checked_at > timezone.now() - timedelta(minutes=1)


def test_an_order_that_the_erp_forgot_is_told_once(order: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "delete")
    compare(work)
    assert is_gone(order)
    assert SyncRow.objects.get().message == "The ERP has order SO100001 no more."
    [text] = told()
    assert text.startswith("SO100001.")
    assert Alert.objects.get().path == "/admin/orders/order/?state=gone"
    aged()
    compare(work)
    assert len(told()) == 1


def test_an_order_that_is_back_is_no_longer_gone(order: Order, work: Work) -> None:
    Order.objects.update(gone_at=timezone.now())
    compare(work)
    assert not is_gone(order)


@pytest.mark.parametrize(
    "columns",
    [
        {"invoiced_in_full": True},
        {"status": Order.Status.INVOICED},
        {"status": Order.Status.CANCELLED},
        {"erp_ordered_at": timezone.now()},
        {"checked_at": timezone.now()},
    ],
)
def test_nobody_asks_about(order: Order, sandbox: Sandbox, work: Work, columns: dict[str, Any]) -> None:
    clerk(sandbox, "delete")
    Order.objects.update(**columns)
    compare(work)
    assert (is_gone(order), operations("erp:default").count(READ)) == (False, 0)


def test_those_that_waited_longest_are_asked_about_first(
    order: Order, received: Callable[..., Order], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vanished, "MOST", 2)
    for number in ("6001", "6002"):
        received("01", ClientOrderRef=number)
    work()
    aged()
    Order.objects.filter(client_order_ref="6002").update(checked_at=timezone.now() - timedelta(days=9))
    compare(work)
    waiting = Order.objects.filter(checked_at__lt=timezone.now() - timedelta(days=1))
    assert [one.client_order_ref for one in waiting] == ["6001"]


def test_an_erp_that_is_away_forgets_nothing(order: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "delete")
    set_faults(sandbox, erp={"fail_next": {"GET /erp/orders/<number>": [503]}})
    run = compare(work)
    assert (run.state, is_gone(order), told()) == (State.DONE, False, [])
    set_faults(sandbox, erp={})
    compare(work)
    assert is_gone(order)


def test_an_order_that_cannot_be_read_says_so_and_stays(order: Order, sandbox: Sandbox, work: Work) -> None:
    sandbox.state.erp_orders.get("SO100001")["status"] = "eaten"
    run = compare(work)
    assert (run.state, is_gone(order)) == (State.DONE, False)
    assert "cannot be read" in SyncRow.objects.get().message


def test_a_run_that_was_killed_tells_of_all_that_are_gone(
    order: Order, received: Callable[..., Order], sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    received("01", ClientOrderRef="6001")
    work()
    aged()
    clerk(sandbox, "delete"), clerk(sandbox, "delete", "SO100002")
    kept, calls = vanished._ask, []

    def die_at_the_second(*arguments: Any) -> bool:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return kept(*arguments)

    monkeypatch.setattr(vanished, "_ask", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        compare(work)
    vanished_run = SyncRow.objects.get().run
    vanished_run.state, vanished_run.lease_until = State.PENDING, None
    vanished_run.save(update_fields=["state", "lease_until"])
    work()
    [text] = told()
    assert text.startswith("SO100001, SO100002.")


def test_the_list_shows_the_orders_that_are_gone(admin_client: Client, order: Order, received: Any, work: Work) -> None:
    received("01", ClientOrderRef="6001")
    Order.objects.filter(pk=order.pk).update(gone_at=timezone.now())
    page = admin_client.get(reverse("admin:orders_order_changelist"), {"state": "gone"})
    assert list(page.context["cl"].result_list) == [order]
    assert "Orders no longer in the ERP" in text_of(admin_client)
