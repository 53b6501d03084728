"""The lines of a time-line, each made of one row: an event, an attempt, a call out, a run's news, a person's deed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext as _

from connectors.catalogue.sentences import told
from hub.durations import in_words
from hub.models import ApiCall, Attempt, InboxEvent, SyncRow
from hub.models.work import State
from hub.work_titles import resource_title, system_title, work_title

TONES = {
    Attempt.Outcome.DONE: "good",
    Attempt.Outcome.FAILED: "bad",
    Attempt.Outcome.HELD: "wait",
    Attempt.Outcome.LOST: "bad",
}
EVENT_TONES = {State.PENDING: "wait", State.HELD: "wait", State.FAILED: "bad"}
ROW_TONES = {SyncRow.Action.FAILED: "bad", SyncRow.Action.SKIPPED: "wait"}

# What took less is done at once to a person.
NOTICED = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a time-line. ``tone`` is good, bad, wait or plain; ``details`` opens on a click."""

    at: datetime
    kind: str
    title: str
    text: str = ""
    tone: str = "plain"
    by: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Deed:
    """What a person did on a page: a button pressed, or with a ``reason`` a look at personal data."""

    at: datetime
    by: str
    what: str
    reason: str


def of_event(event: InboxEvent) -> Entry:
    """Return an event with what came of it."""
    return Entry(
        at=event.received_at,
        kind="event",
        title=_("Event: %(what)s") % {"what": work_title(event.event_type)},
        text=event.cause or told(event.note),
        tone=EVENT_TONES.get(State(event.state), "plain"),
    )


def of_attempt(row: Attempt, name: str) -> Entry:
    """Return a try of the work called ``name``, or what a person did to it, with how long it took."""
    asked = _("asked by %(who)s: %(why)s") % {"who": row.asked_by, "why": told(row.reason)} if row.asked_by else ""
    ended = row.outcome not in (Attempt.Outcome.RUNNING, Attempt.Outcome.CANCELLED) and row.finished_at
    span = ended - row.started_at if ended else timedelta(0)
    took = _("took %(span)s") % {"span": in_words(span)} if span >= NOTICED else ""
    return Entry(
        at=row.finished_at or row.started_at,
        kind="attempt",
        title=f"{name} · {_('attempt')} {row.number}: {row.get_outcome_display()}",
        text="\n".join(filter(None, (asked, row.cause, took))),
        tone=TONES.get(Attempt.Outcome(row.outcome), "plain"),
    )


def of_call(row: ApiCall) -> Entry:
    """Return a call out, with request and answer as they are kept, redacted."""
    status = str(row.status or _("no answer"))
    return Entry(
        at=row.created_at,
        kind="call",
        title=f"{system_title(row.system)} · {row.operation} → {status} ({row.ms} ms)",
        text=told(row.error),
        tone="bad" if row.error else "plain",
        details=((row.method, row.url), (_("Request"), row.request), (_("Answer"), row.response)),
    )


def of_run_row(row: SyncRow) -> Entry:
    """Return what a run has found of something."""
    return Entry(
        at=row.run.finished_at or row.run.created_at,
        kind="run",
        title=f"{resource_title(row.run.resource)}: {row.get_action_display()}",
        text=row.reason,
        tone=ROW_TONES.get(SyncRow.Action(row.action), "plain"),
    )


def of_deed(deed: Deed) -> Entry:
    """Return what a person did."""
    title = _("Personal data was revealed: %(what)s") if deed.reason else _("By hand: %(what)s")
    what = deed.what if deed.reason else LogEntry(change_message=deed.what).get_change_message()
    return Entry(at=deed.at, kind="person", title=title % {"what": what}, text=deed.reason, by=deed.by)
