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


def invoiced(order: Order, clerk: TrytonClerk, work: Work) -> Order:
    """Let Tryton deliver and invoice all of an order, and Norce hear of it."""
    confirmed(order, work)
    clerk.ship(order.erp_order_no)
    clerk.invoice(order.erp_order_no)
    read_news(work)
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


def given_back(norce: Any) -> Decimal:
    """Return what Norce has paid back of an order."""
    return sum((Decimal(str(one["amount"])) for one in norce["refunds"]), Decimal(0))


@pytest.mark.parametrize("with_refund", [False, True])
def test_a_credit_with_and_without_refund_pays_the_buyer_back(
    clerk: TrytonClerk, sandbox: Sandbox, ordered: Ordered, work: Work, with_refund: bool
) -> None:
    order = invoiced(ordered("03"), clerk, work)
    clerk.credit(order.erp_order_no, with_refund=with_refund)
    read_news(work)
    assert given_back(in_norce(sandbox, order)) == paid("03")
    assert list(Invoice.objects.exclude(gone_at=None)) == []
    assert all_done()


KETTLE, FREIGHT = ("KETTLE-2", 479.2, 119.8, "ErpStandard"), ("FREIGHT-HOME", 39.2, 9.8, "Freight")
UNTELLABLE_FIRST_INVOICE = [
    pytest.param([KETTLE], 0, 599.01, id="a rounding up without freight"),
    pytest.param([KETTLE], 0, 598.99, id="a rounding without freight"),
    pytest.param([KETTLE, FREIGHT], 100, 548.0, id="a discount above the freight"),
]


def priced(rows: list[tuple[str, float, float, str]], discount: float, total: float) -> dict[str, Any]:
    """Return the members of an order of rows (number, price, VAT, type) with a discount, of which so much is paid."""
    first, payment = sample("01")["Items"][0], sample("01")["Payments"][0]
    items = [
        first
        | {"LineNo": place, "PartNo": number, "ErpPartNo": number, "UnitPrice": price, "UnitVat": vat, "Type": kind}
        | {"TypeGroup": "Fee" if kind == "Freight" else "Physical", "Discount": 0, "Promotions": []}
        for place, (number, price, vat, kind) in enumerate(rows, 1)
    ]
    discounts = [{"Code": "DISCOUNT", "Amount": discount}] if discount else []
    return {"Items": items, "Discounts": discounts, "Payments": [payment | {"Amount": total}]}


@pytest.mark.parametrize(("rows", "discount", "total"), UNTELLABLE_FIRST_INVOICE)
def test_a_first_invoice_of_nothing_to_capture_is_captured_with_the_goods(
    clerk: TrytonClerk,
    sandbox: Sandbox,
    ordered: Ordered,
    work: Work,
    rows: list[tuple[str, float, float, str]],
    discount: float,
    total: float,
) -> None:
    order = confirmed(ordered("01", **priced(rows, discount, total)), work)
    clerk.invoice(order.erp_order_no)
    first = clerk.find("account.invoice", [["sales.number", "=", order.erp_order_no]], "state")
    assert [one["state"] for one in first] == ["posted"]
    read_news(work)
    assert not Invoice.objects.exists()

    clerk.ship(order.erp_order_no)
    clerk.invoice(order.erp_order_no)
    read_news(work)
    order.refresh_from_db()
    norce = in_norce(sandbox, order)
    posted = clerk.find("account.invoice", [["sales.number", "=", order.erp_order_no]], "total_amount")
    assert captured(norce) == sum(one["total_amount"] for one in posted) == Decimal(str(total))
    assert (order.status, norce["closed"]) == (Order.Status.INVOICED, True)

    for place in (0, 1):
        clerk.credit(order.erp_order_no, place)
    read_news(work)
    refunds = in_norce(sandbox, order)["refunds"]
    assert sum(Decimal(str(one["amount"])) for one in refunds) == Decimal(str(total))
    assert all_done()


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


def test_goods_that_come_back_are_credited_too_and_are_no_order_of_the_buyers(
    clerk: TrytonClerk, erp: Erp, sandbox: Sandbox, ordered: Ordered, work: Work
) -> None:
    order = invoiced(ordered("03"), clerk, work)
    clerk.take_back(order.erp_order_no)
    read_news(work)
    [latest, *_] = erp.list_orders(order.customer_code).orders
    assert latest.number == order.erp_order_no
    assert given_back(in_norce(sandbox, order)) == paid("03")
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
