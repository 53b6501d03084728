"""The numbers of an invoice's parts: never one that another document of the order has, or is to get."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from connectors.sandbox.core import Sandbox
from hub.models import Application, OutboxMessage
from hub.models.work import State
from orders.models import Capture, Order
from tests.orders.clerk import clerk, in_erp, in_norce, line_of, read_news

Work = Callable[[], int]
REST = Decimal(10)


@pytest.fixture
def order(application: Application, received: Callable[..., Order], sandbox: Sandbox, work: Work) -> Order:
    """An order that a gift card and a card pay, of which an invoice F80001 takes all of both but a little."""
    found = received("06")
    work()
    clerk(sandbox, "ship", rows={line_of(sandbox): "1"}), clerk(sandbox, "invoice")
    in_erp(sandbox)["lines"][0]["quantity"] = "99"
    in_erp(sandbox)["invoices"][0]["total"] = str(Decimal(in_erp(sandbox)["total"]) - REST)
    return found


def invoice_again(sandbox: Sandbox, number: str) -> None:
    """Let the ERP make another invoice, of what is left."""
    in_erp(sandbox)["invoices"].append(in_erp(sandbox)["invoices"][0] | {"number": number, "total": str(REST)})


def captured(sandbox: Sandbox, order: Order) -> dict[str, Decimal]:
    return {one["invoice_no"]: one["amount"] for one in in_norce(sandbox, order)["captures"]}


def test_a_part_gets_no_number_that_another_invoice_has(order: Order, sandbox: Sandbox, work: Work) -> None:
    invoice_again(sandbox, "F80001-2")
    read_news(work)
    assert list(Capture.objects.order_by("pk").values_list("number", flat=True)) == ["F80001", "F80001-3", "F80001-2"]
    assert captured(sandbox, order)["F80001-2"] == REST


def test_an_invoice_whose_number_a_part_has_in_norce_is_a_question(order: Order, sandbox: Sandbox, work: Work) -> None:
    read_news(work)
    invoice_again(sandbox, "F80001-2")
    read_news(work)
    message = OutboxMessage.objects.get(key__endswith=":F80001-2")
    assert (message.state, message.error_code) == (State.HELD, "number_taken")
    assert "a part of F80001 under the number F80001-2" in message.error
    assert sum(captured(sandbox, order).values()) == Decimal(in_erp(sandbox)["total"]) - REST
