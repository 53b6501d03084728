"""The figures of the front page: counted by a worker, read by requests, and never taken for newer than they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from structlog.testing import capture_logs

from hub import panels, summary, tasks
from hub.bars import Bar, bars, strip
from hub.counted import HOUR, MINUTE, at, up_to_date
from hub.models import ApiCall, ClusterBeat, InboxEvent, OutboxMessage, Summary, SyncRun
from hub.models.work import MAIL, State
from orders.models import Order
from tests.front import behind, front_page, needs, text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    """A Wednesday, half past noon (UTC)."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def call(minutes_ago: int, *, path: str = "/commerce/connect/4.0/x", system: str = "norce") -> None:
    made = timezone.now() - timedelta(minutes=minutes_ago)
    url = f"https://norce.example.com{path}"
    ApiCall.objects.create(created_at=made, system=system, operation="x", method="POST", url=url, ms=1)


def order(number: int, received: datetime) -> Order:
    return Order.objects.create(client_order_ref=str(number), received_at=received, body=b"{}")


def test_a_page_says_that_nothing_has_been_counted_yet(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "Nothing has been counted yet" in page and "Nothing is held or failed" not in page


def test_a_page_says_when_its_figures_were_counted(admin_client: Client, now: time_machine.Coordinates) -> None:
    assert "13:30:00" in text_of(admin_client)


@pytest.mark.parametrize(("minutes", "warns"), [(2, False), (4, True)])
def test_old_figures_are_said_to_be_old(
    admin_client: Client, now: time_machine.Coordinates, minutes: int, warns: bool
) -> None:
    summary.refresh()
    now.shift(timedelta(minutes=minutes))
    # A login of before would have ended meanwhile if it were shorter.
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert ("These figures are 4 min 0 s old" in page) == warns


def test_figures_are_as_old_as_the_oldest_part(now: time_machine.Coordinates) -> None:
    summary.refresh()
    Summary.objects.filter(name="now").update(counted_at=NOW - timedelta(hours=1))
    assert summary.read().counted_at == NOW - timedelta(hours=1)
    Summary.objects.filter(name="work").delete()
    assert summary.read().counted_at is None


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the parts that fail."""
    names: set[str] = set()

    def count(part: panels.Part, before: dict[str, Any]) -> dict[str, Any]:
        if part.name in names:
            raise ValueError("no such column for alva@example.com")
        return part.count(before)

    monkeypatch.setattr(panels, "_parts", [replace(part, count=partial(count, part)) for part in panels.parts()])
    return names


def test_a_part_that_fails_stops_no_other_and_is_logged(faulty: set[str], now: Any) -> None:
    first, *others = [part.name for part in panels.parts()]
    faulty.add(first)
    with capture_logs() as logged:
        assert summary.refresh() == others
    [line] = logged
    assert (line["event"], line["part"]) == ("part not counted", first)
    assert "ValueError" in line["error"] and "alva@" not in line["error"]
    assert summary.read().counted_at == NOW


def test_a_part_that_was_never_counted_is_said_to_be_so(admin_client: Client, faulty: set[str]) -> None:
    faulty.add("work")
    page = text_of(admin_client)
    assert "Runs, Norce jobs, events and mail: never counted, nothing is shown" in page
    assert "Nothing is held or failed." not in page and "Nothing has been counted yet" not in page


def test_figures_of_a_part_that_fails_are_said_to_be_old(
    admin_client: Client, faulty: set[str], now: time_machine.Coordinates
) -> None:
    OutboxMessage.objects.create(key="k", kind="erp.order", system="erp", subject="order:1", state=State.FAILED)
    text_of(admin_client)
    faulty.add("orders")
    now.shift(timedelta(minutes=2))
    page = front_page(admin_client)
    assert page.context["uncounted"] == ["Orders: what is shown is 2 min 0 s old"]
    assert [need.count for need in page.context["needs"]] == [1]
    assert "13:32:00" in page.content.decode() and "1?" in page.content.decode()
    swedish = admin_client.get(reverse("admin:index"), headers={"Accept-Language": "sv"})
    assert swedish.context["uncounted"] == ["Ordrar: det som visas är 2 min 0 s gammalt"]


def test_a_part_that_can_be_counted_again_says_nothing_more(admin_client: Client, faulty: set[str]) -> None:
    faulty.add("orders")
    summary.refresh()
    faulty.clear()
    assert front_page(admin_client).context["uncounted"] == []


def test_the_task_counts_every_part() -> None:
    assert set(tasks.count_figures()) == {part.name for part in panels.parts()} == set(summary.read().contents)
    assert Summary.objects.count() == len(panels.parts())


def test_what_has_changed_since_is_not_shown_before_it_is_counted(admin_client: Client) -> None:
    front_page(admin_client)
    OutboxMessage.objects.create(key="k", kind="erp.order", system="erp", subject="order:1", state=State.FAILED)
    assert admin_client.get(reverse("admin:index")).context["needs"] == []


def test_every_need_leads_to_just_its_rows(admin_client: Client) -> None:
    event: dict[str, Any] = {"event_type": "e", "body": b"{}", "state": State.FAILED}
    for number, kind in enumerate(("transient", "config", "config")):
        InboxEvent.objects.create(subject=f"x:{number}", error_kind=kind, **event)
        InboxEvent.objects.create(
            subject=f"y:{number}",
            error_kind=kind,
            error_code="norce_not_set_up",
            error_params={"settings": "X"},
            **event,
        )
        SyncRun.objects.create(resource=f"r{number}", state=State.FAILED, error_kind=kind)
        OutboxMessage.objects.create(key=f"k{number}", kind="mail", system=MAIL, subject=f"x:{number}", state="held")
    InboxEvent.objects.create(subject="order:1", error_kind="config", **event)
    found = [need for title, need in needs(admin_client).items() if not title.startswith("Orders")]
    assert sorted(need.count for need in found) == [1, 1, 1, 2, 2, 2, 3]
    assert [len(behind(admin_client, need.url)) for need in found] == [need.count for need in found]


def test_what_waits_leads_to_just_its_rows(admin_client: Client) -> None:
    for number, system in enumerate(("norce", "erp:default", "erp:second", "norce")):
        OutboxMessage.objects.create(key=f"k{number}", kind="x", system=system, subject="x:1")
    facts = {fact.title: fact for fact in front_page(admin_client).context["facts"] if fact.url}
    assert {title: fact.value for title, fact in facts.items()} == {
        "Waiting for the ERP": "1",
        "Waiting for the ERP (second)": "1",
        "Waiting for Norce": "2",
    }
    assert [str(len(behind(admin_client, fact.url))) for fact in facts.values()] == ["1", "1", "2"]


def test_norces_quota_counts_the_calls_to_connect_by_minute(
    admin_client: Client, now: time_machine.Coordinates
) -> None:
    for minutes_ago in (0, 40, 40, 40, 60 * 7):
        call(minutes_ago)
    call(1, path="/commerce/query/2.0/x")
    call(1, system="erp:default")
    [quota] = [plot for plot in front_page(admin_client).context["plots"] if plot.title == "Norce calls used"]
    assert [(row[0], row[3]) for row in quota.rows[:3]] == [("13:00", "1"), ("12:00", "3"), ("11:00", "0")]
    assert len(behind(admin_client, str(quota.rows[1][2]).split('href="')[1].split('"')[0].replace("&amp;", "&"))) == 3


def test_only_the_last_two_hours_are_counted_again(now: time_machine.Coordinates) -> None:
    first = NOW.replace(hour=0, minute=0)
    for hours_ago in (5, 1, 0):
        order(hours_ago, NOW - hours_ago * HOUR)
    counts = up_to_date({}, Order.objects.all(), "received_at", first=first, step=HOUR)
    assert [at(counts, NOW.replace(hour=hour, minute=0)) for hour in (7, 11, 12)] == [1, 1, 1]
    for hours_ago in (5, 1, 0):
        order(10 + hours_ago, NOW - hours_ago * HOUR)
    counts = up_to_date(counts, Order.objects.all(), "received_at", first=first, step=HOUR)
    assert [at(counts, NOW.replace(hour=hour, minute=0)) for hour in (7, 11, 12)] == [1, 2, 2]


def test_what_came_while_nobody_counted_is_counted_and_what_is_too_old_is_forgotten(
    now: time_machine.Coordinates,
) -> None:
    order(1, NOW)
    counts = up_to_date({}, Order.objects.all(), "received_at", first=NOW - HOUR, step=MINUTE)
    now.shift(timedelta(minutes=50))
    order(2, NOW + timedelta(minutes=20))
    later = NOW + timedelta(minutes=10)
    counts = up_to_date(counts, Order.objects.all(), "received_at", first=later, step=MINUTE)
    assert counts == {(NOW + timedelta(minutes=20)).isoformat(): 1}


def test_a_new_hub_says_what_to_set_up_until_the_first_order_has_come(admin_client: Client) -> None:
    steps = front_page(admin_client).context["steps"]
    assert [step.done for step in steps] == [True, True, False, False, False]
    ClusterBeat.objects.create(name="one")
    assert [step.done for step in front_page(admin_client).context["steps"]][3]
    order(1, timezone.now())
    assert front_page(admin_client).context["steps"] == []


def test_one_among_thousands_is_drawn_all_the_same() -> None:
    drawn = bars([Bar(parts=(("good", 5000), ("bad", 1)), url="/x", hint="5,001")], top=5001)
    assert 'class="hub-fill-bad"' in drawn and 'height="4.0"' in drawn
    assert 'aria-hidden="true"' in drawn and 'tabindex="-1"' in drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert "<rect" not in bars([Bar(parts=(("good", 0),), url="/x")], top=1)
    assert 'width="25.0"' in strip([("good", 0.25)], ticks=4)
