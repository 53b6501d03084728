"""Order requests for tests: samples changed, small orders made, random ones whose rows add up; and what was kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from connectors.norce import wire, xml
from connectors.norce.types.orders import OrderRequest
from hub.models import OutboxMessage, RejectedMessage
from orders.models import Order
from tests.conftest import sample

CENT = Decimal("0.01")


def read(name: str = "01", **changes: Any) -> OrderRequest:
    """Return a sample order, with members changed, as the hub reads it."""
    return wire.read(OrderRequest, sample(name, **changes))


def item(line_no: int, price: str, *, vat: str = "0", quantity: int = 1, **members: Any) -> dict[str, Any]:
    """Return an order row; price and VAT are per unit."""
    return {
        "LineNo": line_no,
        "PartNo": f"P{line_no}",
        "Type": "ErpStandard",
        "TypeGroup": "Physical",
        "Quantity": quantity,
        "UnitPrice": Decimal(price),
        "UnitVat": Decimal(vat),
        "VatRate": 25,
    } | members


def small(*items: dict[str, Any], paid: str | None = None, **members: Any) -> OrderRequest:
    """Return an order of these rows, with one payment unless ``paid`` is None."""
    payments = [] if paid is None else [{"PaymentRef": "p", "Amount": Decimal(paid), "CurrencyCode": "SEK"}]
    data = {"ClientOrderRef": "1", "CurrencyCode": "SEK", "Items": list(items), "Payments": payments}
    return wire.read(OrderRequest, data | members)


def cents(least: int, most: int) -> st.SearchStrategy[Decimal]:
    """Amounts of money between so many hundredths."""
    return st.integers(least, most).map(lambda number: number * CENT)


@st.composite
def paid_in_full(draw: st.DrawFn) -> OrderRequest:
    """An order with any rows, fees and discounts, paid up to a rounding of half a krona in up to three payments."""
    rows = [
        item(
            number, "0", Quantity2=draw(cents(1, 1000)), UnitPrice=draw(cents(0, 10**6)), UnitVat=draw(cents(0, 10**5))
        )
        | {"VatRate": draw(st.sampled_from([0, 6, 12, 25])), "TypeGroup": draw(st.sampled_from(["Physical", "Fee"]))}
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    fees = [{"Amount": draw(cents(0, 10**4)), "VatRate": 25, "Type": draw(st.sampled_from([0, "1"]))} for _ in range(2)]
    discounts = [{"Amount": draw(cents(-100, 100)), "Code": "HALF"}]
    due = sum((row["UnitPrice"] + row["UnitVat"]) * row["Quantity2"] for row in rows)
    due += sum(fee["Amount"] for fee in fees) - sum(abs(each["Amount"]) for each in discounts)
    parts = draw(st.lists(cents(0, 10**5), max_size=2))
    amounts = [*parts, due - sum(parts) + draw(cents(-50, 50))]
    payments = [{"PaymentRef": f"p{number}", "Amount": amount} for number, amount in enumerate(amounts)]
    return small(*rows, Fees=fees, Discounts=discounts, Payments=payments)


def as_xml(body: dict[str, Any]) -> bytes:
    """Return an order as the XML that Norce sends."""
    return xml.order_request_to_xml(body)


def counts() -> tuple[int, int, int]:
    """Return how many orders, messages and rejected messages there are."""
    return Order.objects.count(), OutboxMessage.objects.count(), RejectedMessage.objects.count()


def kept() -> RejectedMessage:
    """Return the one rejected message."""
    return RejectedMessage.objects.get()
