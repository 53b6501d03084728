"""When runs start by themselves: at their hour, once, and none is lost because another was under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from django_q.models import Schedule

from hub import registry, runs, schedules, tasks
from hub.models import SyncRun
from hub.models.work import State
from hub.tasks import start_run
from tests.hub.plans import a_resource
from tests.threads import shared_database, side_by_side

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def resource() -> Iterator[None]:
    """The resource ``tests``, which always has something to do, for two applications."""
    with a_resource(wanted=lambda: True, applications=lambda: ["a", "b"]):
        yield


def test_two_schedules_that_fire_at_once_start_one_run_each_application(
    transactional_db: None, resource: None, tmp_path: Path
) -> None:
    with shared_database(tmp_path):
        started = side_by_side(4, lambda number: start_run("tests"))
        assert sorted(pk for keys in started for pk in keys) == sorted(SyncRun.objects.values_list("pk", flat=True))
        assert sorted(SyncRun.objects.values_list("application_key", flat=True)) == ["a", "b"]


pytestmark = pytest.mark.django_db


def waiting() -> dict[str, str]:
    """Return the single starts that are planned: what they call, by name."""
    rows = Schedule.objects.filter(schedule_type=Schedule.ONCE)
    return {row.name: f"{row.func}{row.args}" for row in rows}


def fire(name: str) -> int | None:
    """Do what django-q does with a single start: forget it, then call it."""
    Schedule.objects.filter(name=name).delete()
    return tasks.start_full_again("tests", name.rpartition(" ")[2])


def test_a_full_run_that_a_delta_keeps_out_starts_in_ten_minutes(resource: None) -> None:
    runs.start(resource="tests", by="anna", application_key="a")
    assert len(start_run("tests", "full")) == 1
    assert waiting() == {"tests full again a": "hub.tasks.start_full_again('tests', 'a')"}
    due = Schedule.objects.get().next_run - timezone.now()
    assert timedelta(minutes=9) < due <= timedelta(minutes=10)


def test_a_full_run_that_was_kept_out_starts_for_its_application_only(resource: None) -> None:
    delta = runs.start(resource="tests", by="anna", application_key="a")
    start_run("tests", "full")
    SyncRun.objects.filter(pk=getattr(delta, "pk", None)).update(state=State.DONE)
    assert fire("tests full again a") == SyncRun.objects.latest("pk").pk
    assert sorted(SyncRun.objects.filter(mode="full").values_list("application_key", flat=True)) == ["a", "b"]
    assert waiting() == {}


def test_a_full_run_that_is_kept_out_again_is_tried_again(resource: None) -> None:
    runs.start(resource="tests", by="anna", application_key="a")
    start_run("tests", "full")
    assert fire("tests full again a") is None
    assert list(waiting()) == ["tests full again a"]


def test_a_full_run_that_is_kept_out_twice_waits_once(resource: None) -> None:
    runs.start(resource="tests", by="anna", application_key="a")
    runs.start(resource="tests", by="anna", application_key="b")
    assert start_run("tests", "full") == start_run("tests", "full") == []
    assert sorted(waiting()) == ["tests full again a", "tests full again b"]


def test_a_delta_that_is_kept_out_waits_for_the_next_one(resource: None) -> None:
    runs.start_all(resource="tests", by="anna")
    assert (start_run("tests"), waiting()) == ([], {})


def test_a_resource_for_all_applications_is_started_again_without_a_key() -> None:
    with a_resource():
        runs.start(resource="tests", by="anna")
        start_run("tests", "full")
    assert waiting() == {"tests full again": "hub.tasks.start_full_again('tests', '')"}


@pytest.mark.parametrize(
    ("name", "now", "first"),
    [
        ("companies", "2026-01-14 01:59", "2026-01-14 02:00"),
        ("companies", "2026-01-14 02:00", "2026-01-15 02:00"),
        ("customers", "2026-01-14 12:00", "2026-01-15 02:30"),
        ("companies full", "2026-01-14 12:00", "2026-01-17 20:00"),
        ("customers full", "2026-01-17 21:59", "2026-01-17 22:00"),
        ("customers full", "2026-01-17 22:00", "2026-01-24 22:00"),
        ("customers full", "2026-01-18 00:00", "2026-01-24 22:00"),
        ("code_reports", "2026-01-14 12:00", "2026-01-14 12:00"),
    ],
)
def test_each_run_has_its_hour(name: str, now: str, first: str) -> None:
    with time_machine.travel(datetime.fromisoformat(now).replace(tzinfo=STOCKHOLM), tick=False):
        schedules.set_schedules()
    next_run = Schedule.objects.get(name=name).next_run.astimezone(STOCKHOLM)
    assert next_run == datetime.fromisoformat(first).replace(tzinfo=STOCKHOLM)


def test_every_schedule_calls_what_there_is() -> None:
    schedules.set_schedules()
    for row in Schedule.objects.all():
        assert callable(getattr(tasks, row.func.removeprefix("hub.tasks.")))
        assert not row.args or registry.resource(row.args.split("'")[1])
