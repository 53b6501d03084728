"""Whatever a clerk does to an order: Norce's money is the ERP's, and nothing is told twice or beyond the order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.core import Sandbox
from hub.models import OutboxMessage
from hub.models.work import State
from orders.models import Capture, Order
from tests.orders.clerk import ask, in_erp, in_norce, read_news

Work = Callable[[], int]
# One piece of a line, all that is due, all that is left; "read" is a run of the news in between.
DEEDS = st.one_of(
    st.tuples(st.sampled_from(["ship", "invoice", "cancel", "credit"]), st.integers(0, 2)),
    st.sampled_from(
        [("ship", None), ("invoice", None), ("invoice", "all"), ("credit", None), ("cancel", None), ("read", None)]
    ),
)
REFERENCES = count(7_000_000)

pytestmark = pytest.mark.usefixtures("application")


@pytest.mark.parametrize("sample", ["01", "06"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=2, max_size=9))
def test_the_money_in_norce_is_that_of_the_erp(
    sample: str, deeds: list[tuple[str, Any]], received: Callable[..., Order], sandbox: Sandbox, work: Work
) -> None:
    order = received(sample, ClientOrderRef=str(next(REFERENCES)))
    work()
    order.refresh_from_db()
    for deed in deeds:
        do(sandbox, order, *deed, work=work)
    read_news(work)
    assert not OutboxMessage.objects.exclude(state=State.DONE).exists()
    assert_alike(in_norce(sandbox, order), in_erp(sandbox, order.erp_order_no))
    assert_last_is_last(order)


def do(sandbox: Sandbox, order: Order, deed: str, which: Any, *, work: Work) -> None:
    """Let the clerk do a deed, which the ERP may refuse."""
    if deed == "read":
        read_news(work)
        return
    lines = [line["line_no"] for line in in_erp(sandbox, order.erp_order_no)["lines"]]
    wanted = {"all": True} if which == "all" else {} if which is None else {"rows": {lines[which]: "1"}}
    assert ask(sandbox, deed, order.erp_order_no, **wanted).status in (200, 400, 409)


def assert_alike(norce: Any, erp: Any) -> None:
    assert total(norce["payments"], "captured") == total(erp["invoices"], "total")
    assert total(norce["payments"], "refunded") == total(erp["credits"], "total")
    assert all(one["captured"] + one["released"] <= one["reserved"] for one in norce["payments"])
    assert [note["note_no"] for note in norce["delivery_notes"]] == [one["number"] for one in erp["deliveries"]]
    assert all(row["delivered"] <= row["ordered"] for row in norce["rows"].values())


def assert_last_is_last(order: Order) -> None:
    """Only the last call for an invoice may close the reservations, and it does if all was invoiced by then."""
    flags = list(Capture.objects.filter(invoice__order=order, invoice__kind="invoice").order_by("pk"))
    assert not any(capture.is_last for capture in flags[:-1])
    order.refresh_from_db()
    assert (order.status == Order.Status.INVOICED) == bool(flags and order.invoiced_in_full)


def total(rows: Any, name: str) -> Decimal:
    return sum((Decimal(str(row[name])) for row in rows), Decimal(0))
