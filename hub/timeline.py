"""Everything about one subject, oldest first: events, attempts, calls out, news of runs and deeds of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from hub.entries import Deed, Entry, of_attempt, of_call, of_deed, of_event, of_run_row
from hub.models import ApiCall, Attempt, InboxEvent, OutboxMessage, Reveal, SyncRow, WorkItem
from hub.work_titles import work_title

# So many moments are shown at a time, and so many work items and events of one subject are looked at.
PAGE = 100
LIMIT = 500
# An event that waits for its order is tried many times; in the end its own entry says all.
UNREMARKABLE = Q(
    item_kind="inboxevent",
    asked_by="",
    outcome__in=(Attempt.Outcome.RUNNING, Attempt.Outcome.DONE, Attempt.Outcome.POSTPONED),
)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a time-line, oldest first. What is before ``older`` comes in the stretch before it, None: nothing."""

    entries: list[Entry]
    older: datetime | None


def items_of(*subjects: str) -> list[OutboxMessage | InboxEvent]:
    """Return the work and the events about something, oldest first: of each at most the latest 500."""
    messages = OutboxMessage.objects.filter(subject__in=subjects).order_by("-pk")[:LIMIT]
    events = InboxEvent.objects.filter(subject__in=subjects).defer("body").order_by("-pk")[:LIMIT]
    return [*reversed(messages), *reversed(events)]


def timeline(
    *subjects: str,
    items: Collection[OutboxMessage | InboxEvent],
    names: Mapping[tuple[str, int], str] | None = None,
    facts: Iterable[Entry] = (),
    about: Model | None = None,
    before: datetime | None = None,
) -> Stretch:
    """Return the latest hundred moments of something, or the hundred before a time.

    ``items`` are its work and events (`items_of`), ``names`` what they are called where that is more than their
    kind, ``facts`` what is known from elsewhere, ``about`` the row on whose page people press buttons. An event
    is one entry with what came of it; of its attempts those are shown that went wrong or that a person asked for.
    """
    called = {(item.label, item.pk): work_title(_kind(item)) for item in items} | dict(names or {})
    found = chain(
        facts,
        (of_event(item) for item in items if isinstance(item, InboxEvent)),
        _attempts(subjects, called, before),
        map(of_call, _latest(ApiCall.objects.filter(subject__in=subjects), F("created_at"), before)),
        map(of_run_row, _run_rows(subjects, before)),
        (of_deed(deed) for deed in _deeds(subjects, items, about, before)),
    )
    entries = sorted((one for one in found if before is None or one.at < before), key=lambda entry: entry.at)
    if len(entries) <= PAGE:
        return Stretch(entries=entries, older=None)
    # What happened at the very same time stays together.
    first = entries[-PAGE].at
    return Stretch(entries=[one for one in entries if one.at >= first], older=first)


def _kind(item: OutboxMessage | InboxEvent) -> str:
    return item.event_type if isinstance(item, InboxEvent) else item.kind


def _latest(rows: QuerySet[Any], moment: Any, before: datetime | None) -> QuerySet[Any]:
    """Return the latest rows, one more than are shown, so that it is known whether there are older ones."""
    rows = rows.annotate(moment=moment)
    return (rows.filter(moment__lt=before) if before else rows).order_by("-moment", "-pk")[: PAGE + 1]


def _attempts(
    subjects: Collection[str], called: Mapping[tuple[str, int], str], before: datetime | None
) -> Iterator[Entry]:
    rows = Attempt.objects.filter(subject__in=subjects).exclude(UNREMARKABLE)
    for row in _latest(rows, Coalesce("finished_at", "started_at"), before):
        yield of_attempt(row, called.get((row.item_kind, row.item_id), row.item_kind))


def _run_rows(subjects: Collection[str], before: datetime | None) -> QuerySet[SyncRow]:
    rows = SyncRow.objects.filter(subject__in=subjects).exclude(message="").select_related("run")
    return _latest(rows.defer("payload", "changes"), Coalesce("run__finished_at", "run__created_at"), before)


def _deeds(
    subjects: Collection[str], items: Iterable[WorkItem], about: Model | None, before: datetime | None
) -> list[Deed]:
    """Return what people have done on the pages of something and of its work, in one statement."""
    looks = Reveal.objects.filter(subject__in=subjects).annotate(at=F("revealed_at"))
    rows = [*items, about] if about else [*items]
    pressed = LogEntry.objects.filter(_on_pages_of(rows)).annotate(
        at=F("action_time"), nothing=Value("", output_field=TextField())
    )
    if before:
        looks, pressed = looks.filter(at__lt=before), pressed.filter(at__lt=before)
    seen = looks.order_by().values_list("at", "revealed_by", "what", "reason")
    done = pressed.order_by().values_list("at", "user__username", "change_message", "nothing")
    return [Deed(*row) for row in seen.union(done, all=True).order_by("-at")[: PAGE + 1]]


def _on_pages_of(rows: Iterable[Model]) -> Q:
    keys: dict[type[Model], list[str]] = {}
    for row in rows:
        keys.setdefault(type(row), []).append(str(row.pk))
    kinds = ContentType.objects.get_for_models(OutboxMessage, InboxEvent, *keys)
    found = Q(pk__in=[])
    for model, pks in keys.items():
        found |= Q(content_type=kinds[model], object_id__in=pks)
    return found
