"""What the front page says of orders: every figure leads to just the orders it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from hub.models import InboxEvent, OutboxMessage
from hub.models.work import State
from orders import fetching, troubles
from orders.models import DeliveryNote, Invoice, Order
from tests.front import behind, front_page, needs

pytestmark = pytest.mark.django_db
LIST = reverse("admin:orders_order_changelist")
NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """A Wednesday, half past one in Stockholm."""
    with time_machine.travel(NOW, tick=False):
        yield


def order(number: int, *, ago: timedelta = MINUTE, state: str = State.DONE, cause: str = "", **columns: Any) -> Order:
    """Make an order with its message."""
    made = Order.objects.create(client_order_ref=str(number), received_at=NOW - ago, body=b"{}", **columns)
    about = {"subject": made.subject, "created_at": made.received_at}
    OutboxMessage.objects.create(
        key=made.subject, kind="erp.order", system="erp", state=state, error_kind=cause, **about
    )
    return made


def plot(client: Client, title: str) -> Any:
    return next(plot for plot in front_page(client).context["plots"] if plot.title == title)


def bare(cell: Any) -> str:
    return re.sub(r"<[^>]+>", "", str(cell))


def url_of(cell: Any) -> str:
    return unescape(re.findall(r'href="([^"]+)"', str(cell))[0])


def test_orders_are_counted_by_cause_once_each_and_listed(admin_client: Client) -> None:
    mapping = order(1, state=State.FAILED, cause="mapping")
    order(2, state=State.FAILED, cause="config")
    order(3, state=State.HELD, cause="mapping")
    coded = order(4, state=State.FAILED, cause="config")
    OutboxMessage.objects.filter(subject=coded.subject).update(error_code="norce_not_set_up")
    # The same order by a second piece of work, and by one of another cause that is held.
    for kind, state, cause in (("a", State.FAILED, "mapping"), ("b", State.HELD, "hold")):
        about = {"subject": mapping.subject, "state": state, "error_kind": cause, "body": b"{}"}
        InboxEvent.objects.create(event_type=kind, **about)
    found = list(needs(admin_client).values())
    assert [need.count for need in found] == [1, 1, 1, 1, 1]
    assert [len(behind(admin_client, need.url)) for need in found] == [1, 1, 1, 1, 1]
    assert [need.text for need in found] == ["", "Norce is not set up.", "", "", ""]


def test_a_lost_order_that_cannot_be_fetched_needs_a_person(admin_client: Client) -> None:
    columns = {"subject": "norce_order:1901:1", "state": State.FAILED, "error_kind": "permanent"}
    OutboxMessage.objects.create(key="k", kind=fetching.KIND, system="norce", **columns)
    need = needs(admin_client)["Lost orders to fetch – Failed: refused by the other side"]
    assert len(behind(admin_client, need.url)) == need.count == 1


def test_the_missing_mappings_are_named(admin_client: Client) -> None:
    for number, value in enumerate(("KLARNA", "SWISH", "KLARNA")):
        order(number, state=State.HELD, cause="mapping")
        OutboxMessage.objects.filter(subject=Order.objects.get(client_order_ref=str(number)).subject).update(
            error_code="value_unmapped", error_params={"kind": "payment_method", "value": value}
        )
    [title] = needs(admin_client)
    assert title.endswith("a value mapping is missing: Payment method KLARNA, Payment method SWISH")


def test_an_hour_tells_what_became_of_its_orders(admin_client: Client) -> None:
    order(1, erp_order_no="SO1")
    order(2, state=State.PENDING)
    order(3, state=State.HELD, cause="hold", erp_order_no="SO3")
    order(4, ago=timedelta(days=1), erp_order_no="SO4")
    order(5, ago=timedelta(days=9), erp_order_no="SO5")
    today, yesterday, *_ = plot(admin_client, "Orders each hour").rows
    assert [behind(admin_client, url_of(cell))[0].client_order_ref for cell in today[3:]] == ["1", "2", "3"]
    assert len(behind(admin_client, url_of(today[2]))) == 3
    assert [found.client_order_ref for found in behind(admin_client, url_of(yesterday[1]))] == ["4"]


def test_in_a_large_stop_the_older_orders_have_stopped_too(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troubles, "MOST", 1)
    for number in range(1, 4):
        order(number, state=State.FAILED, cause="config", erp_order_no=f"SO{number}")
        InboxEvent.objects.create(event_type="a", subject=order(10 + number).subject, state=State.HELD, body=b"{}")
    order(20, erp_order_no="SO20")
    order(21)
    today = plot(admin_client, "Orders each hour").rows[0]
    listed = [{found.client_order_ref for found in behind(admin_client, url_of(cell))} for cell in today[3:]]
    assert listed == [{"20"}, {"21"}, {"1", "2", "3", "11", "12", "13"}]
    assert [bare(cell) for cell in today[3:]] == ["1", "1", "6"]
    assert len(behind(admin_client, f"{LIST}?state=failed")) == len(behind(admin_client, f"{LIST}?state=held")) == 3


def test_an_order_that_goes_on_days_later_changes_its_own_day(admin_client: Client) -> None:
    late = order(1, ago=timedelta(days=3), state=State.FAILED, cause="config")
    assert url_of(plot(admin_client, "Orders each hour").rows[3][5])
    OutboxMessage.objects.update(state=State.DONE, error_kind="")
    Order.objects.update(erp_order_no="SO1")
    row = plot(admin_client, "Orders each hour").rows[3]
    assert row[5] == "0" and behind(admin_client, url_of(row[3])) == [late]


def test_the_day_on_which_the_clocks_are_changed_has_an_hour_more(admin_client: Client) -> None:
    with time_machine.travel(datetime(2026, 10, 26, 12, 0, tzinfo=UTC), tick=False):
        for number in range(25):
            Order.objects.create(
                client_order_ref=str(number),
                received_at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC) + timedelta(hours=number),
                body=b"{}",
            )
        sunday = plot(admin_client, "Orders each hour").rows[1]
    assert (str(sunday[1]).count("<a "), ">25<" in str(sunday[2])) == (25, True)


def test_lead_times_are_those_of_the_latest_orders_and_lead_to_the_slowest(admin_client: Client) -> None:
    for number in range(1, 41):
        took = timedelta(seconds=3600 if number > 38 else number)
        ago = timedelta(hours=2)
        order(number, ago=ago, erp_ordered_at=NOW - ago + took, acknowledged_at=NOW - ago + took + MINUTE)
    to_erp, acknowledged = plot(admin_client, "Lead times").rows
    assert to_erp[2:4] == ("20 s", "38 s") and acknowledged[2:4] == ("1 min 0 s", "1 min 0 s")
    assert {found.client_order_ref for found in behind(admin_client, url_of(to_erp[4]))} == {"39", "40"}
    assert acknowledged[4] == "–"


def test_lead_times_go_on_to_the_invoice(admin_client: Client) -> None:
    done = order(1, ago=timedelta(days=2), erp_ordered_at=NOW, acknowledged_at=NOW - timedelta(hours=5))
    about = {"order": done, "number": "1", "made_at": NOW}
    DeliveryNote.objects.create(completes=True, created_at=NOW - timedelta(hours=3), **about)
    Invoice.objects.create(created_at=NOW, total=1, currency="SEK", **about)
    steps = {str(row[0]): row[2] for row in plot(admin_client, "Lead times").rows}
    assert steps["Acknowledged → delivered"] == "2 h 0 min" and steps["Delivered → invoiced"] == "3 h 0 min"
    assert "In the ERP → acknowledged in Norce" not in steps


def test_an_order_counts_once_in_a_step_with_the_first_document_that_makes_it(admin_client: Client) -> None:
    for number in range(1, 41):
        acknowledged = NOW - timedelta(hours=30)
        done = order(number, ago=timedelta(days=2), acknowledged_at=acknowledged)
        slow = timedelta(hours=20 if number == 40 else 0)
        delivered = acknowledged + MINUTE + slow / 4
        # A part of it first, then all of it, then what the ERP makes of it besides.
        for place, later in enumerate((-MINUTE, timedelta(0), timedelta(hours=2))):
            about = {"order": done, "number": str(place), "made_at": NOW}
            DeliveryNote.objects.create(completes=place > 0, created_at=delivered + later, **about)
            invoiced = delivered + later + (MINUTE + slow if place else timedelta(0))
            Invoice.objects.create(created_at=invoiced, total=1, currency="SEK", **about)
    for row in plot(admin_client, "Lead times").rows[-2:]:
        assert (row[2], row[3], bare(row[4])) == ("1 min 0 s", "1 min 0 s", "1")
        assert [found.client_order_ref for found in behind(admin_client, url_of(row[4]))] == ["40"]


def test_nobody_sees_figures_of_what_they_may_not_see(client: Client) -> None:
    order(1, state=State.FAILED, cause="config")
    user = User.objects.create_user("visitor", is_staff=True)
    client.force_login(user)
    page = front_page(client).context
    assert (page["needs"], page["facts"], page["plots"], page["tables"], page["steps"]) == ([], [], [], [], [])
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    assert [plot.title for plot in front_page(client).context["plots"]] == ["Orders each hour", "Lead times"]
