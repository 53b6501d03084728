"""Death at every single database statement of the main job: afterwards everything is there once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from hub import drain
from hub.models import Application, Attempt, OutboxMessage
from hub.models.work import State
from hub.sweeping import sweep
from orders.models import Order
from tests.conftest import sample


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the hub may catch it."""


# They change nothing, so that death at one of them is death at the next write; and dying in the midst of SQLite's
# BEGIN would confuse the test's own connection.
HARMLESS = ("BEGIN", "SELECT", "SAVEPOINT", "RELEASE")


class DiesAt:
    """A database wrapper that lets so many writes through and then dies, before or after the next one."""

    def __init__(self, statement: int, *, after: bool) -> None:
        self.left = statement
        self.after = after
        self.died = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        is_harmless = sql.lstrip("( ").startswith(HARMLESS)
        self.left -= not is_harmless
        if self.left != 0 or is_harmless:
            return execute(sql, params, many, context)
        self.died = True
        if self.after:
            execute(sql, params, many, context)
        raise Killed


def work_until_death(statement: int, *, after: bool) -> bool:
    """Work as a worker does until it dies at the given statement; return whether it died at all."""
    wrapper = DiesAt(statement, after=after)
    with suppress(Killed), connection.execute_wrapper(wrapper):
        while drain.step():
            pass
    return wrapper.died


def come_back() -> None:
    """Let the lease run out, sweep, and do what is due."""
    past = timezone.now() - timedelta(seconds=1)
    OutboxMessage.objects.filter(state=State.RUNNING).update(lease_until=past)
    sweep(drain.WORK_MODELS)
    while drain.step():
        pass


def assert_everything_is_there_once(sandbox: Sandbox, order: Order) -> None:
    order.refresh_from_db()
    email = f"buyer{order}@example.com"
    norce = next(row for row in sandbox.state.orders if row["client_order_ref"] == str(order))
    assert len(sandbox.state.erp_customers.find("email", email)) == 1
    assert [row["number"] for row in sandbox.state.erp_orders.find("reference", f"1901-{order}")] == [
        order.erp_order_no
    ]
    assert [step["status"] for step in norce["history"]] == ["Confirmed"]
    assert set(OutboxMessage.objects.filter(subject=order.subject).values_list("state", flat=True)) == {State.DONE}
    assert not Attempt.objects.filter(subject=order.subject, outcome=Attempt.Outcome.RUNNING).exists()


def die_everywhere(received: Callable[..., Order], sandbox: Sandbox, *, after: bool) -> int:
    """Send order after order, dying one statement later each time; return after how many none was left."""
    for statement in range(1, 500):
        reference = str(8_000_000 + statement)
        sell_to = sample("01")["SellTo"]
        sell_to["Person"]["Email"] = f"buyer{reference}@example.com"
        order = received("01", ClientOrderRef=reference, SellTo=sell_to)
        died = work_until_death(statement, after=after)
        come_back()
        assert_everything_is_there_once(sandbox, order)
        if not died:
            return statement
    raise AssertionError("The job has no end.")


def test_it_survives_death_before_every_statement(
    application: Application, sandbox: Sandbox, received: Callable[..., Order]
) -> None:
    assert die_everywhere(received, sandbox, after=False) > 20


def test_it_survives_death_after_every_statement(
    application: Application, sandbox: Sandbox, received: Callable[..., Order]
) -> None:
    assert die_everywhere(received, sandbox, after=True) > 20
