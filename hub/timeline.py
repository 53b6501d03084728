"""Everything about one subject, oldest first: attempts, calls out and deeds of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from hub.models import ApiCall, Attempt, InboxEvent, OutboxMessage

LIMIT = 500


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


def timeline(subject: str, *, first: tuple[Entry, ...] = ()) -> list[Entry]:
    """Return what happened to a subject ("order:17"), at most 500 attempts and calls each."""
    messages = OutboxMessage.objects.filter(subject=subject).values_list("pk", "kind")
    events = InboxEvent.objects.filter(subject=subject).values_list("pk", "event_type")
    kinds = {("outboxmessage", pk): kind for pk, kind in messages} | {("inboxevent", pk): kind for pk, kind in events}
    attempts = Attempt.objects.filter(subject=subject).order_by("-pk")[:LIMIT]
    calls = ApiCall.objects.filter(subject=subject).order_by("-pk")[:LIMIT]
    entries = [
        *first,
        *(_attempt(row, kinds.get((row.item_kind, row.item_id), row.item_kind)) for row in attempts),
        *(_call(row) for row in calls),
    ]
    return sorted(entries, key=lambda entry: entry.at)


TONES = {
    Attempt.Outcome.DONE: "good",
    Attempt.Outcome.FAILED: "bad",
    Attempt.Outcome.HELD: "wait",
    Attempt.Outcome.LOST: "bad",
}


def _attempt(row: Attempt, kind: str) -> Entry:
    asked = _("asked by %(who)s: %(why)s") % {"who": row.asked_by, "why": row.reason} if row.asked_by else ""
    return Entry(
        at=row.finished_at or row.started_at,
        kind="attempt",
        title=f"{work_title(kind)} · {_('attempt')} {row.number}: {row.get_outcome_display()}",
        text="\n".join(filter(None, (asked, row.error))),
        tone=TONES.get(Attempt.Outcome(row.outcome), "plain"),
        by=row.asked_by or row.worker,
    )


def _call(row: ApiCall) -> Entry:
    status = str(row.status or _("no answer"))
    return Entry(
        at=row.created_at,
        kind="call",
        title=f"{row.system} · {row.operation} → {status} ({row.ms} ms)",
        text=row.error,
        tone="bad" if row.error else "plain",
        details=((row.method, row.url), (_("Request"), row.request), (_("Answer"), row.response)),
    )


def work_title(kind: str) -> str:
    """Return what a kind of message or event does, in words for people."""
    titles = {
        "erp.order": _("Order to the ERP"),
        "norce.order_status": _("Acknowledgement to Norce"),
        "JobCompletedEvent": _("Norce has ended a job"),
        "mail.operators": _("Mail to the operators"),
    }
    return titles.get(kind, kind)
