"""From Norce's push to the credit note, with the hub's unchanged core between the sandbox's Norce and a real Tryton."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.erp.base import Erp, ErpAddress, ErpParty, PartyKind
from connectors.sandbox.core import Sandbox
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import runs
from hub.models import Attempt, OutboxMessage, SyncRun
from hub.models.work import State
from orders.models import Invoice, Order
from tests.conftest import sample
from tests.customers.registers import norce, sent, start, to_the_end
from tests.orders.clerk import in_norce, read_news
from tests.tryton.clerk import TrytonClerk

pytestmark = pytest.mark.tryton
Work = Callable[[], int]
Ordered = Callable[..., Order]
SAMPLES = ("01", "02", "03", "04", "05", "06")


def confirmed(order: Order, work: Work) -> Order:
    """Let the hub bring an order to Tryton."""
    work()
    order.refresh_from_db()
    assert list(Attempt.objects.exclude(error="").values_list("error", flat=True)) == []
    assert order.status == Order.Status.CONFIRMED
    return order


def paid(name: str) -> Decimal:
    """Return what the buyer of a sample pays."""
    return sum((Decimal(str(payment["Amount"])) for payment in sample(name)["Payments"]), Decimal(0))


def all_done() -> bool:
    """Return whether nothing of the hub's is left to do or to be looked at."""
    return not OutboxMessage.objects.exclude(state=State.DONE).exists()


def captured(norce: Any) -> Decimal:
    """Return what Norce has captured of an order."""
    return sum((one["captured"] for one in norce["payments"]), Decimal(0))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_of_order_goes_to_delivery_invoice_and_credit_to_the_last_ore(
    clerk: TrytonClerk, sandbox: Sandbox, ordered: Ordered, work: Work, name: str
) -> None:
    order = confirmed(ordered(name), work)
    sale = clerk.sale(order.erp_order_no, "total_amount", "currency.code")
    assert (sale["total_amount"], sale["currency."]["code"]) == (paid(name), sample(name)["CurrencyCode"])

    clerk.ship(order.erp_order_no, parcels=["PARCEL-1"])
    read_news(work)
    order.refresh_from_db()
    assert order.status == Order.Status.DELIVERED
    [note] = in_norce(sandbox, order)["delivery_notes"]
    assert [one["ShippingNo"] for one in note["packages"]] == ["PARCEL-1"]

    clerk.invoice(order.erp_order_no)
    read_news(work)
    order.refresh_from_db()
    norce = in_norce(sandbox, order)
    assert (order.status, norce["closed"]) == (Order.Status.INVOICED, True)
    assert captured(norce) == paid(name)

    clerk.credit(order.erp_order_no)
    read_news(work)
    # One credit note, given back to as many payments as it takes.
    number = Invoice.objects.get(order=order, kind=Invoice.Kind.CREDIT).number
    [credited] = clerk.find("account.invoice", [["number", "=", number]], "total_amount")
    refunds = in_norce(sandbox, order)["refunds"]
    assert sum(Decimal(str(one["amount"])) for one in refunds) == -credited["total_amount"] > 0
    assert all_done()


@pytest.mark.parametrize("name", ["01", "04", "05"])
def test_an_order_in_parts_is_captured_in_parts_that_come_to_the_whole(
    clerk: TrytonClerk, sandbox: Sandbox, ordered: Ordered, work: Work, name: str
) -> None:
    order = confirmed(ordered(name), work)
    clerk.ship(order.erp_order_no, {1: Decimal(1)})
    clerk.invoice(order.erp_order_no)
    read_news(work)
    order.refresh_from_db()
    assert order.status == Order.Status.PARTLY_DELIVERED
    assert 0 < captured(in_norce(sandbox, order)) < paid(name)
    clerk.ship(order.erp_order_no)
    clerk.invoice(order.erp_order_no)
    read_news(work)
    order.refresh_from_db()
    norce = in_norce(sandbox, order)
    assert (order.status, len(norce["delivery_notes"])) == (Order.Status.INVOICED, 2)
    assert captured(norce) == paid(name)
    assert all_done()


def test_goods_that_come_back_are_credited_too(
    clerk: TrytonClerk, sandbox: Sandbox, ordered: Ordered, work: Work
) -> None:
    order = confirmed(ordered("03"), work)
    clerk.ship(order.erp_order_no)
    clerk.invoice(order.erp_order_no)
    read_news(work)
    clerk.take_back(order.erp_order_no)
    read_news(work)
    refunds = in_norce(sandbox, order)["refunds"]
    assert sum(Decimal(str(one["amount"])) for one in refunds) == paid("03")
    assert all_done()


def test_a_cancel_that_tryton_hides_reaches_norce(
    clerk: TrytonClerk, sandbox: Sandbox, ordered: Ordered, work: Work
) -> None:
    order = confirmed(ordered("01"), work)
    clerk.cancel(order.erp_order_no)
    assert clerk.sale(order.erp_order_no, "state")["state"] == "done"
    read_news(work)
    order.refresh_from_db()
    assert (order.status, in_norce(sandbox, order)["status"]) == (Order.Status.CANCELLED, "Cancelled")


def test_a_buyer_is_made_once_and_their_code_goes_to_norce(
    clerk: TrytonClerk, sandbox: Sandbox, ordered: Ordered, work: Work
) -> None:
    for name in ("01", "02", "01"):
        confirmed(ordered(name), work)
    runs.start(resource="code_reports", by="test")
    while work():
        pass
    assert SyncRun.objects.get().state == State.DONE
    binding = CustomerBinding.objects.get(email="maja.provberg@example.com")
    domain = [["contact_mechanisms.value", "=", "maja.provberg@example.com"]]
    assert [party["code"] for party in clerk.find("party.party", domain, "code")] == [binding.erp_code]
    assert {row["Code"] for row in sandbox.state.customers if row["EmailAddress"] == binding.email} == {
        binding.erp_code
    }
    assert CompanyBinding.objects.get().report == Binding.Report.ACCEPTED


def test_a_customer_of_trytons_register_gets_into_norce_and_so_does_their_next_address(
    clerk: TrytonClerk, erp: Erp, sandbox: Sandbox, application: object, work: Work
) -> None:
    code = erp.create_party(
        ErpParty(
            kind=PartyKind.PERSON,
            name="Bo Provsson",
            first_name="Bo",
            last_name="Provsson",
            email="bo.provsson@example.com",
            currency="SEK",
            address=ErpAddress(line1="Provgatan 1", postal_code="123 45", city="Exempelstad", country="SE"),
        )
    )
    assert to_the_end(work, start(mode="full")).state == State.DONE
    assert norce(sandbox, code)["EmailAddress"] == "bo.provsson@example.com"
    [address] = clerk.find("party.address", [["party.code", "=", code]])
    clerk.do("party.address", "write", [address["id"]], {"city": "Provköping"})
    assert to_the_end(work, start(mode="delta")).state == State.DONE
    last = sent(sandbox)[-1]
    assert last["Code"] == code
    assert "Provköping" in str(last)
