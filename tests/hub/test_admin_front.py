"""The front page and the menu: no box without a number, and the tables fit."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from hub import dashboard
from hub.models import InboxEvent, OutboxMessage, SyncRun
from hub.models.work import State

pytestmark = pytest.mark.usefixtures("transactional_db")

BOX = "min-w-[18px]"
NOW = datetime(2026, 1, 14, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


def front_page(client: Client) -> str:
    cache.clear()
    return client.get(reverse("admin:index")).content.decode()


def test_the_menu_has_a_box_only_when_orders_are_in_trouble(admin_client: Client) -> None:
    assert BOX not in front_page(admin_client)
    OutboxMessage.objects.create(key="k1", kind="erp.order", system="erp", subject="order:1", state=State.FAILED)
    assert BOX in front_page(admin_client)
    assert dashboard.orders_in_trouble() == "1"


def test_held_runs_have_the_whole_width_and_come_first(admin_client: Client) -> None:
    SyncRun.objects.create(resource="customers", state=State.HELD, error="Too many.")
    tables = admin_client.get(reverse("admin:index")).context["tables"]
    assert [table.wide for table in tables] == [True, False, False]
    assert "hub-wide" in front_page(admin_client)


@pytest.mark.parametrize(
    ("hour", "shown"), [(NOW.replace(hour=2), ">02:00</time>"), (NOW.replace(day=13), ">01-13 12:00</time>")]
)
def test_a_run_of_today_shows_its_time_only(admin_client: Client, hour: datetime, shown: str) -> None:
    SyncRun.objects.create(resource="customers", state=State.DONE, created_at=hour)
    with time_machine.travel(NOW, tick=False):
        assert shown in front_page(admin_client)


def test_events_and_mail_that_have_failed_are_among_what_needs_a_person(admin_client: Client) -> None:
    columns = {"subject": "s", "state": State.FAILED, "error_kind": "exhausted"}
    OutboxMessage.objects.create(key="k1", kind="mail.operators", system="mail", **columns)
    InboxEvent.objects.create(event_type="e", body=b"{}", **columns)
    page = front_page(admin_client)
    assert "/admin/hub/outboxmessage/?state__exact=failed&amp;system__exact=mail" in page
    assert "/admin/hub/inboxevent/?state__exact=failed" in page
