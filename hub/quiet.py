"""Notice a quiet inbox: how long each kind of event has been silent, against how long it usually is.

Only a silence that the hub itself has watched from its beginning counts. When the watcher has not run for
a while, because the workers or the whole hub were down, what arrived meanwhile is read first; then every
silence begins anew, because Norce repeats what it could not deliver for up to a day, in any order. So
neither does a start after a night's standstill raise an alarm, nor does the standstill count as usual
afterwards. Events that are folded into one that waits leave no row of their own; that one tells that they come.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from connectors.catalogue.sentences import sentence
from connectors.moments import clock
from hub import alerts, erp_events
from hub.durations import in_words
from hub.models import Application, EventSource, InboxEvent
from hub.work_titles import work_title

# A week holds every night and a weekend; fewer events than this say nothing about a rhythm.
KNOWN = timedelta(days=7)
FEWEST_EVENTS = 20
# How much longer than the longest silence of late is remarkable, and what is too short to speak of.
FACTOR = 1.5
SHORTEST = timedelta(hours=1)
# The watcher runs every minute; after this long without it, nobody was watching.
AWAY = timedelta(minutes=10)
# An event is stamped before it is committed: a look goes back so far for those that came late.
LATE = timedelta(minutes=5)
# The first look learns from the events of so long.
HISTORY = timedelta(days=14)
PATH = "/admin/hub/eventsource/?quiet=yes"
NEVER = timedelta()
QUIET = sentence(_("Norce is quieter than usual"))
TEXT = sentence(
    _(
        "%(what)s (%(type)s): nothing since %(since)s, usually at most %(usual)s. See in Norce Admin whether its "
        "events are on and reach the hub."
    )
)
TEXT_OF_APPLICATION = sentence(
    _(
        "%(what)s of %(application)s (%(type)s): nothing since %(since)s, usually at most %(usual)s. See in Norce "
        "Admin whether its events are on and reach the hub."
    )
)

Sources = dict[tuple[str, int], EventSource]


def watch() -> list[EventSource]:
    """Bring every source up to date and alert for each that has become quieter than usual; return those.

    Costs one look over the events since the last time and one row for each source, however many events
    there are. An alert is put once per silence, and taken back when an event comes before it was told.
    """
    now = timezone.now()
    with transaction.atomic():
        # Locked, so that two watchers take turns.
        rows = EventSource.objects.select_for_update().order_by("pk")
        sources = {(row.event_type, row.application_number): row for row in rows}
        last = max((row.watched_at for row in sources.values()), default=None)
        was_away = last is not None and now - last > AWAY
        since = last - LATE if last else now - HISTORY
        norce = InboxEvent.objects.exclude(event_type=erp_events.EVENT)
        _read(sources, norce.filter(received_at__range=(since, now)), last if was_away and last else now)
        for source in sources.values():
            if was_away or last is None:
                source.silent_since = now
            _turn_week(source, now)
            source.watched_at = now
        fallen_silent = [source for source in sources.values() if _has_fallen_silent(source, now)]
        _alert(fallen_silent, now)
        _store(sources.values())
    return fallen_silent


def longest_allowed(source: EventSource) -> timedelta:
    """Return the silence from which on a source is quieter than usual."""
    return max(source.usual * FACTOR, SHORTEST)


def is_known(source: EventSource) -> bool:
    """Return whether enough has come, for long enough, to tell what is usual: a try-out of one day tells nothing."""
    return source.events >= FEWEST_EVENTS and source.last_at - source.first_at >= KNOWN


def _read(sources: Sources, arrived: QuerySet[InboxEvent], watched_until: datetime) -> None:
    """Take in what has arrived, in its order."""
    rows = arrived.order_by("received_at").values_list("event_type", "application_number", "received_at")
    for event_type, number, at in rows.iterator(chunk_size=2000):
        key = (event_type, number or 0)
        if key not in sources:
            sources[key] = EventSource(
                event_type=event_type,
                application_number=key[1],
                first_at=at,
                last_at=at,
                silent_since=at,
                events=1,
                week=_monday(at),
            )
        elif at > sources[key].last_at:
            _arrive(sources[key], at, watched_until)


def _arrive(source: EventSource, at: datetime, watched_until: datetime) -> None:
    """End the present silence with an event; what nobody watched of it does not count."""
    if source.alarmed_at:
        alerts.take_back(_key(source))
    _turn_week(source, at)
    source.longest_this_week = max(source.longest_this_week, min(at, watched_until) - source.silent_since)
    source.events += 1
    source.last_at = source.silent_since = at
    source.alarmed_at = None


def _turn_week(source: EventSource, at: datetime) -> None:
    """Begin a new week; one in which no silence ended says nothing of what is usual, so the one before stays."""
    if _monday(at) > source.week:
        source.week = _monday(at)
        source.longest_last_week = source.longest_this_week or source.longest_last_week
        source.longest_this_week = NEVER


def _has_fallen_silent(source: EventSource, now: datetime) -> bool:
    remarkable = now - source.silent_since > longest_allowed(source)
    return remarkable and source.alarmed_at is None and is_known(source)


def _alert(sources: Iterable[EventSource], now: datetime) -> None:
    names = dict(Application.objects.values_list("number", "name")) if sources else {}
    for source in sources:
        source.alarmed_at = now
        whose = str(names.get(source.application_number, source.application_number or ""))
        with override("en"):
            alerts.put(key=_key(source), subject=QUIET, text=_text(source, whose), path=PATH)


def _text(source: EventSource, whose: str) -> str:
    """Return what an alert says; ``whose`` is the application's name, "" for none."""
    return (TEXT_OF_APPLICATION if whose else TEXT) % {
        "what": work_title(source.event_type),
        "application": whose,
        "type": source.event_type,
        "since": clock(source.last_at),
        "usual": in_words(source.usual),
    }


def _key(source: EventSource) -> str:
    return f"quiet:{source.event_type}:{source.application_number}:{source.last_at:%Y%m%d%H%M%S%f}"


def _store(sources: Iterable[EventSource]) -> None:
    columns = [field.name for field in EventSource._meta.concrete_fields if not field.primary_key]
    EventSource.objects.bulk_create([row for row in sources if row.pk is None], ignore_conflicts=True)
    EventSource.objects.bulk_update([row for row in sources if row.pk], columns, batch_size=100)


def _monday(moment: datetime) -> date:
    day = timezone.localdate(moment)
    return day - timedelta(days=day.weekday())
