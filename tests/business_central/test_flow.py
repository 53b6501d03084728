"""From Norce's push through the hub's unchanged core into Business Central, and back to the money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from hub.models import Application, Attempt, OutboxMessage, SyncRow
from hub.models.work import State
from orders.models import Order
from tests.business_central.server import BusinessCentralStub, Reply
from tests.conftest import sample
from tests.orders.clerk import history, in_norce, read_news
from tests.test_flows import from_the_shop

Receive = Callable[..., Order]
Work = Callable[[], int]


@pytest.fixture
def carried(
    application: Application, sandbox: Sandbox, central: BusinessCentralStub, received: Receive, work: Work
) -> Callable[[str], Order]:
    """Carry a sample order of a buyer that nobody knows into Business Central."""

    def carry(name: str) -> Order:
        order = received(name, **from_the_shop(name))
        work()
        order.refresh_from_db()
        assert [error for error in Attempt.objects.values_list("error", flat=True) if error] == []
        return order

    return carry


def paid(name: str) -> Decimal:
    return sum((Decimal(str(payment["Amount"])) for payment in sample(name)["Payments"]), Decimal(0))


@pytest.mark.parametrize("name", ["01", "02", "03", "04", "05", "06"])
def test_every_kind_of_order_goes_to_delivery_invoice_and_credit(
    carried: Callable[[str], Order], central: BusinessCentralStub, sandbox: Sandbox, work: Work, name: str
) -> None:
    order = carried(name)
    kept = central.books.one("salesOrders", order.erp_order_no)
    assert kept["totalAmountIncludingTax"] == paid(name)
    central.books.ship(order.erp_order_no, parcels=["PARCEL-1"])
    central.books.invoice(order.erp_order_no)
    read_news(work)
    order.refresh_from_db()
    # An invoice that two payments pay is two of Norce's.
    steps = list(dict.fromkeys(history(sandbox, order)))
    assert (order.status, steps) == (Order.Status.INVOICED, ["Confirmed", "Delivered", "Invoiced"])
    assert sum(one["captured"] for one in in_norce(sandbox, order)["payments"]) == paid(name)
    central.books.credit(order.erp_order_no)
    read_news(work)
    assert sum(one["amount"] for one in in_norce(sandbox, order)["refunds"]) == paid(name)
    assert not OutboxMessage.objects.exclude(state=State.DONE).exists()


def test_a_delivery_carries_its_parcels_and_only_the_last_invoice_is_last(
    carried: Callable[[str], Order], central: BusinessCentralStub, sandbox: Sandbox, work: Work
) -> None:
    order = carried("01")
    central.books.ship(order.erp_order_no, {10_000: Decimal(1)}, ["PARCEL-1", "PARCEL-2"])
    central.books.invoice(order.erp_order_no)
    read_news(work)
    central.books.ship(order.erp_order_no)
    central.books.invoice(order.erp_order_no)
    read_news(work)
    norce: Any = in_norce(sandbox, order)
    first, _ = norce["delivery_notes"]
    assert [one["ShippingNo"] for one in first["packages"]] == ["PARCEL-1", "PARCEL-2"]
    assert [one["is_last"] for one in norce["invoices"]] == [False, True]
    assert sum(one["captured"] for one in norce["payments"]) == paid("01")


def test_an_order_that_was_invoiced_before_its_answer_was_heard_is_found_and_not_made_again(
    application: Application, sandbox: Sandbox, central: BusinessCentralStub, received: Receive, work: Work
) -> None:
    order = received("01")
    work()
    number = Order.objects.get().erp_order_no
    central.books.ship(number)
    central.books.invoice(number)
    Order.objects.update(erp_order_no="", status=Order.Status.RECEIVED)
    OutboxMessage.objects.filter(kind="erp.order").update(state=State.PENDING)
    work()
    order.refresh_from_db()
    assert order.erp_order_no == number
    assert not central.books.sets["salesOrders"]


def test_an_order_that_a_clerk_deleted_is_not_taken_for_cancelled(
    carried: Callable[[str], Order], central: BusinessCentralStub, sandbox: Sandbox, work: Work
) -> None:
    order = carried("01")
    central.books.delete_order(order.erp_order_no)
    read_news(work)
    order.refresh_from_db()
    assert (order.status, SyncRow.objects.count()) == (Order.Status.CONFIRMED, 0)


def test_a_quota_that_is_used_up_is_waited_for_and_uses_no_try_up(
    application: Application, sandbox: Sandbox, central: BusinessCentralStub, received: Receive, work: Work
) -> None:
    central.tokens.add("spare")
    central.faults.append(Reply(429, {"error": {"code": "Unknown", "message": "Too many requests."}}))
    received("01")
    work()
    message = OutboxMessage.objects.get(kind="erp.order")
    assert (message.state, message.attempts, len(central.books.sets["salesOrders"])) == (State.PENDING, 0, 0)
