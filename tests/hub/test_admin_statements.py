"""Every list of the admin, and the pages people open most, in few statements however much there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub import summary
from hub.models import InboxEvent, OutboxMessage
from hub.models.work import State
from orders.day_count import DayCount
from orders.models import Order
from tests.bench import archive
from tests.rows import fill

pytestmark = pytest.mark.usefixtures("transactional_db")

ROWS = 2000
FEWER_THAN = 15
# Their pages are their own: a fortnight of days, and orders, of which more is tested below.
OWN = {DayCount, Order}
OTHERS = {"django_q", "mfa"}
LISTS = [
    table
    for table, page in admin.site._registry.items()
    if table._meta.app_label not in OTHERS and table not in OWN and hasattr(page, "list_display")
]


@pytest.fixture
def anna(client: Client) -> Client:
    """Somebody with every role, whose rights are read in each request."""
    user = User.objects.create_user("anna", is_staff=True)
    user.groups.set(Group.objects.all())
    client.force_login(user)
    return client


@pytest.fixture
def busy(anna: Client) -> Client:
    """Two thousand orders with their work, some of it stopped, and figures of them."""
    archive.fill(ROWS)
    summary.refresh()
    return anna


def statements(client: Client, url: str) -> list[str]:
    """Return what a page asks of the database when it has been opened before."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in queries]


def list_of(table: type[models.Model]) -> str:
    return reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_changelist")


@pytest.mark.parametrize("table", LISTS, ids=lambda table: table._meta.label)
def test_a_list_of_two_thousand_rows_takes_few_statements(anna: Client, table: Any) -> None:
    fill(table, ROWS)
    asked = statements(anna, list_of(table))
    assert len(asked) < FEWER_THAN, asked


@pytest.mark.parametrize("state", [State.SUBMITTED, State.CANCELLED, State.SUPERSEDED])
@pytest.mark.parametrize("table", [OutboxMessage, InboxEvent])
def test_work_in_a_state_that_few_rows_have_is_found_by_an_index(table: type[OutboxMessage], state: State) -> None:
    fill(table, ROWS)
    table.objects.update(state=State.DONE)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table._meta.db_table}")
    assert "_rare" in table.objects.filter(state=state).order_by("-pk")[:51].explain()


@pytest.mark.parametrize(
    "query", ["", "?q=5000017", "?cause=any", "?state=through", "?state=outside", "?state=late", "?slow=erp"]
)
def test_the_orders_take_few_statements_and_are_never_counted(busy: Client, query: str) -> None:
    asked = statements(busy, list_of(Order) + query)
    assert len(asked) < FEWER_THAN, asked
    assert not [sql for sql in asked if "COUNT(" in sql]


def test_the_front_page_takes_few_statements_and_counts_nothing(busy: Client) -> None:
    asked = statements(busy, reverse("admin:index"))
    assert len(asked) < FEWER_THAN, asked
    assert not [sql for sql in asked if "COUNT(" in sql]


# The archive's last orders wait, each twentieth has failed, the others are invoiced.
@pytest.mark.parametrize("number", [ROWS // 2 + 1, ROWS // 2, ROWS])
def test_the_page_of_an_order_takes_few_statements(busy: Client, number: int) -> None:
    asked = statements(busy, reverse("admin:orders_order_change", args=[number]))
    assert len(asked) < FEWER_THAN, asked
