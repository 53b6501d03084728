"""A quiet inbox: nights and weekends are usual, silence beyond that is noticed once, our own absence is nobody's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub import digest, quiet, tasks
from hub.models import Alert, Application, EventSource, InboxEvent
from hub.models.work import State
from tests.front import needs
from tests.threads import shared_database, side_by_side

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TYPE = "CustomerChangedNotification"
# A Monday.
START = datetime(2026, 3, 2, tzinfo=STOCKHOLM)
Clock = Any
Watch = Callable[..., list[str]]

pytestmark = pytest.mark.django_db


def at(day: float, hour: float = 0) -> datetime:
    """Return a moment so many days after a Monday, at a local hour."""
    return START + timedelta(days=day, hours=hour)


def arrive(*moments: datetime, event_type: str = TYPE, application: int | None = None) -> None:
    """Let events have arrived, without anybody having looked."""
    InboxEvent.objects.bulk_create(
        InboxEvent(
            event_type=event_type,
            subject="s",
            body=b"{}",
            state=State.DONE,
            application_number=application,
            received_at=moment,
        )
        for moment in moments
    )


def office_hours(*days: int) -> Iterator[datetime]:
    """Yield an event each hour of the working days among some, from eight to five."""
    for day in days:
        if at(day).weekday() < 5:
            yield from (at(day, hour) for hour in range(8, 18))


@pytest.fixture
def watch(time_machine: Clock, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Look at a moment, or every three hours from there until another; return when something fell silent."""
    monkeypatch.setattr(quiet, "AWAY", timedelta(hours=3))

    def watch(moment: datetime, until: datetime | None = None) -> list[str]:
        found = []
        for number in range(1 + ((until or moment) - moment) // timedelta(hours=3)):
            time_machine.move_to(moment + number * timedelta(hours=3), tick=False)
            found += [f"{timezone.localtime():%a %d %H:%M}" for _ in quiet.watch()]
        return found

    return watch


def source(**about: Any) -> EventSource:
    return EventSource.objects.get(**about)


def test_nights_and_weekends_are_usual_and_a_silence_beyond_them_is_noticed_once(watch: Watch) -> None:
    arrive(*office_hours(*range(12)))
    # Friday evening to Monday morning are 63 hours; half as long again ends on Tuesday at half past three.
    assert watch(at(0), at(18)) == ["Tue 17 18:00"]
    assert source().usual == timedelta(hours=63)


def test_the_first_look_learns_from_the_events_there_are_and_judges_nothing_before_it(watch: Watch) -> None:
    arrive(*office_hours(*range(12)))
    assert watch(at(13)) == []
    assert (source().usual, source().events) == (timedelta(hours=63), 100)
    assert watch(at(13, 3), at(18)) == ["Thu 19 00:00"]


def quiet_since_friday(watch: Watch, **about: Any) -> None:
    """Two usual weeks that were watched, and silence until the Wednesday after them."""
    arrive(*office_hours(*range(12)), **about)
    watch(at(11, 18), at(16))


def test_an_alert_says_what_is_silent_since_when_and_how_long_it_usually_is(
    watch: Watch, application: Application
) -> None:
    quiet_since_friday(watch, application=1901)
    [alert] = Alert.objects.all()
    assert alert.text.startswith("Norce has changed a customer of Exempel SE (CustomerChangedNotification): ")
    assert "nothing since 2026-03-13 17:00, usually at most 2 d 15 h." in alert.text


def test_an_event_ends_the_silence_and_the_next_one_is_noticed_again(watch: Watch) -> None:
    quiet_since_friday(watch)
    arrive(at(16, 2))
    watch(at(16, 3))
    assert (source().alarmed_at, Alert.objects.get().ended_at is None) == (None, False)
    # The first look was on Friday at six: 104 hours were watched, and half as long again ends after 156.
    assert watch(at(16, 6), at(23)) == ["Tue 24 15:00"]
    assert Alert.objects.filter(ended_at=None).count() == 1


def test_a_silence_that_ends_before_anybody_was_told_is_no_news(watch: Watch, settings: Any) -> None:
    settings.HUB_ALERT_EMAILS = ["ops@example.com"]
    quiet_since_friday(watch)
    arrive(at(16, 2))
    watch(at(16, 3))
    assert digest.look() is None


def test_sources_are_told_apart_by_type_and_application(watch: Watch) -> None:
    arrive(*office_hours(*range(19)), application=1902)
    arrive(*office_hours(*range(19)), event_type="CompanyChangedNotification")
    quiet_since_friday(watch, application=1901)
    watch(at(16, 3), at(17))
    assert set(EventSource.objects.exclude(alarmed_at=None).values_list("application_number", flat=True)) == {1901}
    assert EventSource.objects.count() == 3


def test_a_silence_under_an_hour_is_never_remarkable(watch: Watch) -> None:
    arrive(*(at(0) + timedelta(minutes=minute) for minute in range(0, 11 * 24 * 60, 10)))
    last = at(10, 23) + timedelta(minutes=50)
    watch(last)
    assert source().usual == timedelta(minutes=10)
    assert watch(last + timedelta(minutes=60)) == []
    assert watch(last + timedelta(minutes=61)) == ["Fri 13 00:51"]


@pytest.mark.parametrize(("days", "events", "known"), [(6.9, 60, False), (9, 19, False), (7.1, 20, True)])
def test_a_source_that_is_young_or_seldom_is_not_judged(watch: Watch, days: float, events: int, known: bool) -> None:
    arrive(*(at(0) + timedelta(days=days) / (events - 1) * number for number in range(events)))
    watch(at(days, 1))
    assert (source().events, quiet.is_known(source())) == (events, known)
    assert bool(watch(at(days, 1), at(days + 2))) == known


def test_weeks_without_any_event_leave_what_was_usual(watch: Watch) -> None:
    quiet_since_friday(watch)
    watch(at(30))
    assert source().usual == timedelta(hours=63)


def test_what_was_usual_weeks_ago_is_forgotten(watch: Watch) -> None:
    arrive(*office_hours(*range(5)), *(at(7, hour) for hour in range(0, 15 * 24, 2)))
    watch(at(0), at(20, 21))
    assert source().usual == timedelta(hours=55)
    watch(at(21))
    assert source().usual == timedelta(hours=2)


def usual_traffic(watch: Watch) -> None:
    """Two weeks with an event every other hour, the last one on Sunday at ten, watched until noon."""
    arrive(*(at(0, hour) for hour in range(0, 13 * 24 + 11, 2)))
    assert watch(at(0), at(13, 12)) == []
    assert source().usual == timedelta(hours=2)


def test_when_the_hub_was_away_its_start_raises_no_alarm(watch: Watch) -> None:
    usual_traffic(watch)
    assert (watch(at(15)), watch(at(15, 3))) == ([], [])
    assert watch(at(15, 3.1)) == ["Tue 17 03:06"]


def test_the_time_the_hub_was_away_does_not_become_usual(watch: Watch) -> None:
    usual_traffic(watch)
    watch(at(15))
    arrive(at(15, 1))
    watch(at(15, 2))
    assert source().usual == timedelta(hours=2)


def test_what_arrived_while_the_workers_were_away_is_read_before_anything_is_judged(watch: Watch) -> None:
    usual_traffic(watch)
    arrive(*(at(13, hour) for hour in range(12, 48, 2)))
    assert watch(at(15)) == []
    assert (source().last_at, source().usual) == (at(14, 22), timedelta(hours=2))


def test_a_silence_that_was_noticed_stays_noticed_when_the_hub_comes_back(watch: Watch) -> None:
    quiet_since_friday(watch)
    assert (watch(at(20)), source().alarmed_at is None) == ([], False)


def test_events_that_are_committed_late_are_counted_and_none_twice(watch: Watch) -> None:
    arrive(at(0), at(0, 1))
    watch(at(0, 2))
    arrive(at(0, 2) - timedelta(minutes=4), event_type="SkuChangedNotification")
    watch(at(0, 2.01)), watch(at(0, 2.02))
    assert sorted(EventSource.objects.values_list("events", flat=True)) == [1, 2]


def test_a_look_costs_no_more_for_many_events_and_little_for_many_sources(
    watch: Watch, django_assert_max_num_queries: Any
) -> None:
    for application in range(1, 101):
        arrive(*(at(13, hour) for hour in range(20)), application=application)
    watch(at(13, 20))
    arrive(*(at(13, 21) + timedelta(seconds=number) for number in range(1000)), application=7)
    with django_assert_max_num_queries(12):
        watch(at(13, 22))
    assert source(application_number=7).events == 1020


@pytest.mark.django_db(transaction=True)
def test_watchers_that_look_at_the_same_moment_alert_once(watch: Watch, tmp_path: Path) -> None:
    usual_traffic(watch)
    with shared_database(tmp_path):
        watch(at(13, 13))
        EventSource.objects.update(silent_since=at(13, 9))
        found = side_by_side(4, lambda number: len(quiet.watch()))
        assert (sum(found), Alert.objects.count(), EventSource.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_first_looks_at_the_same_moment_make_each_source_once(time_machine: Clock, tmp_path: Path) -> None:
    arrive(*office_hours(*range(5)))
    time_machine.move_to(at(5), tick=False)
    with shared_database(tmp_path):
        side_by_side(4, lambda number: quiet.watch())
        assert (source().events, source().usual) == (50, timedelta(hours=15))


def test_the_front_page_and_the_list_say_what_is_quiet(watch: Watch, admin_client: Client) -> None:
    arrive(at(16), event_type="SkuChangedNotification")
    quiet_since_friday(watch)
    need = needs(admin_client)["Norce is quieter than usual: Norce has changed a customer"]
    assert need.count == 1
    assert [row.event_type for row in admin_client.get(need.url).context["cl"].result_list] == [TYPE]
    page = admin_client.get(reverse("admin:hub_eventsource_changelist")).content.decode()
    for text in ("Quieter than usual", "Too young to tell", "2 d 15 h"):
        assert text in page


def test_the_tasks_say_what_they_did(watch: Watch, settings: Any) -> None:
    settings.HUB_ALERT_EMAILS = ["ops@example.com"]
    quiet_since_friday(watch)
    assert (tasks.watch_inbox(), tasks.tell_operators(), tasks.tell_operators()) == ([], 1, None)
