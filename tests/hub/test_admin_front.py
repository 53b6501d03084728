"""The front page and the menu: no box without a number, and the tables fit."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hub.models import InboxEvent, OutboxMessage, SyncRun
from hub.models.work import State
from orders.dashboard import in_trouble
from tests.front import behind, needs, text_of

pytestmark = pytest.mark.usefixtures("transactional_db")

BOX = "min-w-[18px]"
NOW = datetime(2026, 1, 14, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


def test_the_menu_has_a_box_only_when_orders_are_in_trouble(admin_client: Client) -> None:
    assert BOX not in text_of(admin_client)
    OutboxMessage.objects.create(key="k1", kind="erp.order", system="erp", subject="order:1", state=State.FAILED)
    assert BOX in text_of(admin_client)
    assert in_trouble() == "1"


def test_held_runs_have_the_whole_width_and_come_first(admin_client: Client) -> None:
    SyncRun.objects.create(resource="customers", state=State.HELD, error="Too many.")
    tables = admin_client.get(reverse("admin:index")).context["tables"]
    assert [table.wide for table in tables] == [True, False, False]
    assert "hub-wide" in text_of(admin_client)


def test_a_cause_that_says_nothing_without_its_numbers_is_left_out(admin_client: Client) -> None:
    SyncRun.objects.create(resource="customers", state=State.HELD, error_kind="hold", error_code="brake")
    SyncRun.objects.create(resource="companies", state=State.HELD, error_kind="hold", error_code="brake_earlier")
    page = text_of(admin_client)
    assert "The plan looked wrong when it was made." in page
    assert page.count('<br><span class="hub-by">') == 1


@pytest.mark.parametrize(
    ("hour", "shown"), [(NOW.replace(hour=2), ">02:00</time>"), (NOW.replace(day=13), ">01-13 12:00</time>")]
)
def test_a_run_of_today_shows_its_time_only(admin_client: Client, hour: datetime, shown: str) -> None:
    SyncRun.objects.create(resource="customers", state=State.DONE, created_at=hour)
    with time_machine.travel(NOW, tick=False):
        assert shown in text_of(admin_client)


def test_events_and_mail_that_have_failed_are_among_what_needs_a_person(admin_client: Client) -> None:
    columns = {"subject": "s", "state": State.FAILED, "error_kind": "exhausted"}
    OutboxMessage.objects.create(key="k1", kind="mail.operators", system="mail", **columns)
    InboxEvent.objects.create(event_type="e", body=b"{}", **columns)
    page = text_of(admin_client)
    stopped = "?state__exact=failed&amp;error_kind__exact=exhausted&amp;error_code__exact=&amp;"
    assert f"/admin/hub/outboxmessage/{stopped}system__exact=mail" in page
    assert f"/admin/hub/inboxevent/{stopped}about=others" in page


def test_an_event_of_an_order_is_counted_with_the_orders_only(admin_client: Client) -> None:
    InboxEvent.objects.create(event_type="e", body=b"{}", subject="order:1", state=State.HELD, error_kind="hold")
    assert list(needs(admin_client)) == ["Orders – Held for a person: waits for a decision"]
    assert in_trouble() == "1"


def test_a_change_from_the_shop_that_has_stopped_needs_a_person(admin_client: Client) -> None:
    columns = {"subject": "customer:default:C1", "state": State.HELD, "error_kind": "hold"}
    OutboxMessage.objects.create(key="k1", kind="erp.customer", system="erp:default", **columns)
    need = needs(admin_client)["Changes from the shop – Held for a person: waits for a decision"]
    assert len(behind(admin_client, need.url)) == 1
