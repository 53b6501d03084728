"""What the small ERP invoices and credits in any parts: never more than there is, and in the end all of it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.erp_documents import UNTOUCHED, amounts, cancel, credit, invoice
from connectors.sandbox.http import Refusal
from connectors.sandbox.state import State
from connectors.sandbox.table import Record
from tests.connectors.sandbox.erp import line

TENTHS = st.integers(1, 60).map(lambda number: Decimal(number) / 10)
PRICES = st.integers(0, 50_000).map(lambda number: Decimal(number) / 1000)
ROWS = st.lists(st.tuples(TENTHS, PRICES), min_size=1, max_size=3)
# Which line, which share of it in percent.
PARTS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 100)), max_size=8)
ROUNDINGS = st.integers(-99, 99).map(lambda number: Decimal(number) / 100)


def ordered(rows: list[tuple[Decimal, Decimal]], rounding: Decimal) -> tuple[State, Record]:
    """Return a state with one order, paid to the hundredth and rounded."""
    lines = [line(place, str(quantity), str(price), "0") for place, (quantity, price) in enumerate(rows, start=1)]
    total = sum((quantity * price for quantity, price in rows), rounding).quantize(Decimal("0.01"))
    state = State()
    state.erp_orders.save(UNTOUCHED | {"number": "SO1", "reference": "1", "currency": "SEK", "status": "open"})
    state.erp_orders.save(order(state) | {"total": str(max(total, Decimal(0))), "lines": lines})
    return state, order(state)


def order(state: State) -> Record:
    """Return the order as it is now."""
    [found] = state.erp_orders
    return found


def in_parts(state: State, parts: list[tuple[int, int]]) -> None:
    """Invoice shares of lines, as far as the ERP lets."""
    for line_no, percent in parts:
        quantity = {row["line_no"]: Decimal(row["quantity"]) for row in order(state)["lines"]}.get(line_no, Decimal(1))
        try:
            invoice(state, order(state), {"rows": {str(line_no): str(quantity * percent / 100)}})
        except Refusal as refusal:
            assert refusal.status == 400


def sum_of(documents: list[Record]) -> Decimal:
    """Return what documents come to."""
    return sum((Decimal(each["total"]) for each in documents), Decimal(0))


@given(ROWS, ROUNDINGS, PARTS)
def test_invoices_never_exceed_the_order_and_the_closing_one_makes_them_its_total(
    rows: list[tuple[Decimal, Decimal]], rounding: Decimal, parts: list[tuple[int, int]]
) -> None:
    state, placed = ordered(rows, rounding)
    in_parts(state, parts)
    assert sum_of(order(state)["invoices"]) <= Decimal(placed["total"])
    if any(done["invoiced"] < rows[line_no - 1][0] for line_no, done in amounts(order(state)).items()):
        invoice(state, order(state), {"all": True})
    assert sum_of(order(state)["invoices"]) == Decimal(placed["total"])
    assert all(Decimal(each["total"]) >= 0 for each in order(state)["invoices"])


@given(ROWS, ROUNDINGS, PARTS, st.integers(1, 100))
def test_invoices_of_a_cut_order_never_exceed_it(
    rows: list[tuple[Decimal, Decimal]], rounding: Decimal, parts: list[tuple[int, int]], percent: int
) -> None:
    state, placed = ordered(rows, rounding)
    cancel(state, placed, {"rows": {"1": str(rows[0][0] * percent / 100)}})
    in_parts(state, parts)
    assert sum_of(order(state)["invoices"]) <= Decimal(placed["total"])


@given(ROWS, ROUNDINGS, PARTS)
def test_credits_never_exceed_their_invoice_and_the_closing_one_makes_them_its_total(
    rows: list[tuple[Decimal, Decimal]], rounding: Decimal, parts: list[tuple[int, int]]
) -> None:
    state, placed = ordered(rows, rounding)
    bill = invoice(state, placed, {"all": True})
    for line_no, percent in parts:
        try:
            credit(state, order(state), {"rows": {str(line_no): str(percent)}})
        except Refusal as refusal:
            assert refusal.status == 400
    assert sum_of(order(state)["credits"]) <= Decimal(bill["total"])
    if sum(Decimal(row["quantity"]) for each in order(state)["credits"] for row in each["rows"]) < sum(
        quantity for quantity, _ in rows
    ):
        credit(state, order(state), {})
    assert sum_of(order(state)["credits"]) == Decimal(bill["total"])
