"""From the ERP's shipment, invoice, credit and cancel to Norce: each once, in order, with the right sums."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from connectors.sandbox.core import Sandbox
from hub.models import OutboxMessage, SyncRow
from hub.models.work import State
from orders.models import Capture, DeliveryNote, Invoice, Order
from tests.orders.clerk import clerk, history, in_erp, in_norce, read_news

Work = Callable[[], int]


@pytest.fixture
def order(confirmed: Order) -> Order:
    """An order of two jackets and freight."""
    return confirmed


def test_a_delivery_goes_to_norce_with_its_parcels(order: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship", parcels=["PARCEL-1"])
    run = read_news(work)
    [note] = in_norce(sandbox, order)["delivery_notes"]
    assert (note["note_no"], [one["ShippingNo"] for one in note["packages"]]) == ("D70001", ["PARCEL-1"])
    order.refresh_from_db()
    assert (history(sandbox, order), order.status) == (["Confirmed", "Delivered"], Order.Status.DELIVERED)
    assert (run.state, run.count_read, run.count_accepted) == (State.DONE, 1, 1)
    assert SyncRow.objects.get().message == "Delivery D70001"


def test_the_same_news_again_is_no_news(order: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship")
    clerk(sandbox, "invoice")
    for _ in range(3):
        read_news(work)
    assert (DeliveryNote.objects.count(), Invoice.objects.count()) == (1, 1)
    assert history(sandbox, order) == ["Confirmed", "Delivered", "Invoiced"]


def test_the_last_invoice_is_the_only_one_marked_last(order: Order, sandbox: Sandbox, work: Work) -> None:
    line = in_erp(sandbox)["lines"][0]["line_no"]
    clerk(sandbox, "ship", rows={line: "1"})
    clerk(sandbox, "invoice")
    read_news(work)
    order.refresh_from_db()
    assert order.status == Order.Status.PARTLY_DELIVERED
    clerk(sandbox, "ship")
    clerk(sandbox, "invoice")
    read_news(work)
    norce = in_norce(sandbox, order)
    assert [invoice["is_last"] for invoice in norce["invoices"]] == [False, True]
    assert sum(one["captured"] for one in norce["payments"]) == Decimal(str(in_erp(sandbox)["total"]))
    order.refresh_from_db()
    assert (order.status, norce["closed"]) == (Order.Status.INVOICED, True)


def test_a_credit_gives_the_captured_money_back(order: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship")
    clerk(sandbox, "invoice")
    read_news(work)
    note = clerk(sandbox, "credit")
    read_news(work)
    norce = in_norce(sandbox, order)
    [refund] = norce["refunds"]
    assert (refund["invoice_no"], refund["amount"]) == ("K90001", Decimal(note["total"]))
    assert not OutboxMessage.objects.exclude(state=State.DONE).exists()


def test_a_cancel_in_the_erp_releases_the_payments(order: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "cancel")
    read_news(work)
    norce = in_norce(sandbox, order)
    order.refresh_from_db()
    assert (norce["status"], order.status) == ("Cancelled", Order.Status.CANCELLED)
    assert all(one["released"] == one["reserved"] for one in norce["payments"])


def test_an_invoice_over_the_reservation_waits_for_a_person(order: Order, sandbox: Sandbox, work: Work) -> None:
    Order.objects.update(invoiced_in_full=False)
    clerk(sandbox, "ship")
    clerk(sandbox, "invoice")
    [document] = sandbox.state.erp_orders.get("SO100001")["invoices"]
    document["total"] = "99999.00"
    read_news(work)
    message = OutboxMessage.objects.get(kind="norce.invoice")
    assert (message.state, Capture.objects.count()) == (State.HELD, 0)
    assert "99999.00" in message.error and "left" in message.error
    assert in_norce(sandbox, order)["invoices"] == []
