"""What it costs to read news again that the last run has taken already: runs overlap."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from hub import runs
from orders.models import Order
from tests.orders.clerk import clerk, in_erp, read_news

Work = Callable[[], int]
ORDERS = 30


@pytest.fixture
def taken(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    """Thirty orders, delivered and invoiced, whose news Norce has."""
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    for number in range(2, ORDERS + 1):
        again = {
            name: [{**one, "number": f"{one['number']}-{number}"} for one in in_erp(sandbox)[name]]
            for name in ("deliveries", "invoices")
        }
        sandbox.state.erp_orders.save({**in_erp(sandbox), **again, "number": f"SO{number}", "reference": ""})
        body = confirmed.body
        Order.objects.create(
            application_key=confirmed.application_key,
            source="POS",
            client_order_ref=f"POS-{number}",
            body=body,
            erp_order_no=f"SO{number}",
            erp_ordered_at=timezone.now(),
            acknowledged_at=timezone.now(),
        )
    run = read_news(work)
    assert (run.count_read, run.count_accepted) == (ORDERS, ORDERS)


def test_news_that_are_known_cost_a_few_statements_a_page(taken: None, work: Work) -> None:
    runs.start(resource="order_news", by="test")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work()
    about = [query["sql"] for query in queries if "orders_" in query["sql"]]
    assert len(about) <= 8, "\n".join(text[:150] for text in about)
    assert len(queries) < 60


def test_news_that_are_known_do_not_read_the_orders_bodies(taken: None, work: Work) -> None:
    runs.start(resource="order_news", by="test")
    with CaptureQueriesContext(connection) as queries:
        work()
    assert not [query["sql"] for query in queries if '"orders_order"."body"' in query["sql"]]
