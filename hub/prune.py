"""Blank and delete what is older than it is kept: personal data first, then what happened, runs at last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django_q.models import Failure

from connectors.catalogue.sentences import sentence
from hub import registry
from hub.models import (
    Alert,
    ApiCall,
    Attempt,
    BulkAction,
    InboxEvent,
    RejectedMessage,
    Reveal,
    SyncRow,
    SyncRun,
    history,
)
from hub.models.runs import ACTIVE, UNSAID
from hub.models.work import UNFINISHED

KEPT_DAYS: tuple[tuple[type[Model], str, int], ...] = (
    (ApiCall, "created_at", 30),
    (Attempt, "finished_at", 365),
    (RejectedMessage, "received_at", 180),
    (InboxEvent, "finished_at", 180),
    (Alert, "created_at", 180),
    (Reveal, "revealed_at", 730),
    (BulkAction, "created_at", 365),
    (LogEntry, "action_time", history.KEPT_DAYS),
    (AccessFailureLog, "attempt_time", 90),
    (AccessAttempt, "attempt_time", 90),
    (Failure, "stopped", 30),
)
# Days after the end of their run. Norce keeps a job's payload for two weeks; a restart within these needs ours too.
ROW_CONTENT_DAYS = 30
ROW_DAYS = 90
PREVIEW_DAYS = 7
RUN_DAYS = 365
BATCH = 5000
FADED = sentence(_("Its contents were blanked because of their age: it is not sent again."))


def prune() -> dict[str, int]:
    """Blank and delete in small batches, so that nobody waits for a lock. Returns how many rows of each.

    Runs that are under way or held keep their rows, however old. A failed one ends like the rest:
    what it did not send is left out, so that a late Retry of it sends nothing.
    """
    counts = {
        "syncrow (blanked)": _fade(_rows(ROW_CONTENT_DAYS)),
        "syncrow": _delete(_rows(ROW_DAYS)) + _delete(_rows(PREVIEW_DAYS).filter(run__dry_run=True)),
        "syncrun": _delete(_ended(RUN_DAYS)),
    }
    for model, column, days in KEPT_DAYS:
        counts[str(model._meta.model_name)] = _delete(_old(model, column, days))
    for states in history.histories():
        counts[str(states._meta.model_name)] = _forget(history.old_states(states))
    for pruner in registry.pruners():
        counts |= pruner()
    return counts


def _old(model: type[Model], column: str, days: int) -> QuerySet[Model]:
    """Return the rows that are too old; an event that waits for a person has finished a try and is not done with."""
    rows = model._default_manager.filter(**{f"{column}__lt": timezone.now() - timedelta(days=days)})
    return rows.exclude(state__in=UNFINISHED) if model is InboxEvent else rows


def _forget(states: QuerySet[Any]) -> int:
    """Delete old states, before them what they list of other tables."""
    for field in states.model._history_m2m_fields:
        listed = getattr(states.model, field.name).model
        listed.objects.filter(history__in=states.values("pk")).delete()
    return _delete(states)


def _ended(days: int) -> QuerySet[SyncRun]:
    limit = timezone.now() - timedelta(days=days)
    return SyncRun.objects.filter(finished_at__lt=limit).exclude(state__in=ACTIVE)


def _rows(days: int) -> QuerySet[SyncRow]:
    return SyncRow.objects.filter(run__in=_ended(days).order_by().values("pk"))


def _fade(rows: QuerySet[SyncRow]) -> int:
    """Blank what rows hold of people; what they were and how they ended stays."""
    full = rows.filter(~Q(payload="") | ~Q(identifier="")).order_by("pk").values_list("pk", flat=True)
    number = last = 0
    while keys := list(full.filter(pk__gt=last)[:BATCH]):
        chunk = SyncRow.objects.filter(pk__in=keys)
        with transaction.atomic():
            number += chunk.update(identifier="", payload="", changes={}, **UNSAID)
            waiting = chunk.filter(action__in=(SyncRow.Action.PLANNED, SyncRow.Action.FAILED))
            waiting.update(action=SyncRow.Action.SKIPPED, message=FADED)
        last = keys[-1]
    return number


def _delete(rows: QuerySet[Model]) -> int:
    """Delete rows in batches; return how many, without those of other tables that go with them."""
    deleted = 0
    while keys := list(rows.order_by().values_list("pk", flat=True)[:BATCH]):
        _, by_table = rows.model._default_manager.filter(pk__in=keys).delete()
        deleted += by_table.get(rows.model._meta.label, 0)
    return deleted
