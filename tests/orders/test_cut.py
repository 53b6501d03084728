"""The rest of an order is cut while its last invoice is on its way: nobody would ever hear that nothing follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sandbox.core import Sandbox
from hub import gateways
from hub.models import Alert, OutboxMessage
from hub.models.work import State
from orders import news
from orders.models import Order
from tests.faults import be_due, set_faults
from tests.orders.clerk import clerk, in_erp, in_norce, line_of, read_news

Work = Callable[[], int]


def cut_the_rest(sandbox: Sandbox) -> None:
    """Let the ERP want nothing more of the order than what is invoiced of it."""
    order = in_erp(sandbox)
    invoiced = {row["line_no"]: row["quantity"] for one in order["invoices"] for row in one["rows"]}
    for line in order["lines"]:
        line["quantity"] = invoiced.get(line["line_no"], "0")


def is_told(order: Order, sandbox: Sandbox) -> bool:
    """Return whether the operators hear of the rest, of which Norce does not know that nothing follows."""
    order.refresh_from_db()
    assert [one["is_last"] for one in in_norce(sandbox, order)["invoices"]] == [False]
    said = [alert.subject for alert in Alert.objects.filter(key__startswith="rest:")]
    return order.status == Order.Status.INVOICED and len(said) == 1


@pytest.fixture
def partly(confirmed: Order, sandbox: Sandbox) -> Order:
    """An order of which the ERP has delivered and invoiced a part."""
    clerk(sandbox, "ship", rows={line_of(sandbox): "1"}), clerk(sandbox, "invoice")
    return confirmed


def test_a_rest_that_is_cut_while_the_last_invoices_answer_is_lost(partly: Order, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"lose_answers": {"Order/CreateInvoice": 1}})
    read_news(work)
    cut_the_rest(sandbox)
    read_news(work)
    assert not is_told(partly, sandbox)
    be_due()
    work()
    assert is_told(partly, sandbox)


def test_a_rest_that_is_cut_together_with_the_invoice_that_was_to_be_the_last(
    partly: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    found = gateways.erp("default").order_news("SO100001")
    assert found is not None
    news.take(partly, found)
    OutboxMessage.objects.filter(key__endswith=":F80002").update(state=State.HELD)
    work()
    clerk(sandbox, "delete", document="F80002")
    cut_the_rest(sandbox)
    read_news(work)
    assert is_told(partly, sandbox)


def test_of_an_invoice_that_norce_knows_to_be_the_last_nobody_is_told(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work), read_news(work)
    assert not Alert.objects.exists()
