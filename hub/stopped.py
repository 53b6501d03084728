"""Stopped work and alerts for a digest: which are new, marked as told by it, and how many wait besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.catalogue.sentences import told
from hub import alerts
from hub.admin.links import PAGES, item_url, list_url, subject_url
from hub.digest_text import Cause, Item, cause_of, first_line
from hub.models import Alert, InboxEvent, NorceJob, OutboxMessage, SyncRun, WorkItem
from hub.models.work import TROUBLED, ErrorKind, State
from hub.work_titles import resource_title, work_title

# So many of a table are told in one digest at most; the next one goes on.
MOST = 5000
COMMON = ("state", "error_kind", "error", "error_code", "error_params", "remedy")
TABLES: tuple[tuple[type[WorkItem], tuple[str, ...]], ...] = (
    (OutboxMessage, ("kind", "subject")),
    (InboxEvent, ("event_type", "subject")),
    (SyncRun, ("resource", "mode", "count_new", "count_changed", "count_deactivated", "count_refused", "count_failed")),
    (NorceJob, ("method", "job_id", "run_id", "total", "failed")),
)
COUNTS = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "deactivated": gettext_lazy("to be deactivated"),
    "refused": gettext_lazy("refused"),
}


def anything_new(untold: Q) -> bool:
    """Return whether a digest would have anything to tell."""
    tables: list[QuerySet[Any]] = [_open_alerts(), *(_troubled(model, columns) for model, columns in TABLES)]
    return any(rows.filter(untold).exists() for rows in tables)


def take(number: int, untold: Q) -> list[Item]:
    """Mark what is untold as told in digest ``number`` and return it; call it in the digest's transaction.

    Rows that somebody is just changing (a Retry) are left to the next look: nobody waits for anybody.
    """
    items = [_item(row) for model, columns in TABLES for row in _mark(_troubled(model, columns), number, untold)]
    return items + [_alert_item(alert) for alert in _mark(_open_alerts(), number, untold)]


def waiting_besides(number: int) -> Counter[Cause]:
    """Return how many stopped items wait that digest ``number`` does not tell, by cause; of each table the latest."""
    others = ~Q(told_in=number) | Q(told_in=None)
    return Counter(
        cause_of(_matter(row), _reason(row))
        for model, columns in TABLES
        for row in _troubled(model, columns).filter(others).order_by("-pk")[:MOST]
    )


def _troubled(model: type[WorkItem], columns: tuple[str, ...]) -> QuerySet[Any]:
    """Return the held and failed rows; a digest that could not be sent is no news for another digest."""
    rows: QuerySet[Any] = model._default_manager.filter(state__in=TROUBLED).only(*COMMON, *columns)
    return rows.exclude(kind=alerts.KIND) if model is OutboxMessage else rows


def _open_alerts() -> QuerySet[Alert]:
    return Alert.objects.filter(ended_at=None)


def _mark(rows: QuerySet[Any], number: int, untold: Q) -> list[Any]:
    found = list(rows.filter(untold).order_by("pk").select_for_update(skip_locked=True)[:MOST])
    if found:
        model: type[Model] = rows.model
        model._default_manager.filter(pk__in=[row.pk for row in found]).update(told_in=number)
    return found


def _item(row: WorkItem) -> Item:
    filters = {"state__exact": row.state}
    subject = ""
    if isinstance(row, OutboxMessage | InboxEvent):
        subject = row.subject
        filters |= {"error_kind__exact": row.error_kind} if row.error_kind else {}
    return Item(
        matter=_matter(row),
        reason=_reason(row),
        remedy=first_line(row.what_to_do),
        subject=subject,
        about=_about(row),
        url=subject_url(subject) if subject.partition(":")[0] in PAGES else item_url(row),
        list_url=list_url(f"hub_{row._meta.model_name}", **filters),
    )


def _alert_item(alert: Alert) -> Item:
    about = told(" ".join(alert.text.split()))
    return Item(matter=told(alert.subject), about=about, url=alert.path, list_url=list_url("hub_alert"))


def _matter(row: WorkItem) -> str:
    cause = f": {ErrorKind(row.error_kind).label}" if row.error_kind else ""
    return f"{_what(row)} – {State(row.state).label}{cause}"


def _reason(row: WorkItem) -> str:
    """Return the first line of the reason; of a fault in the hub only its kind, which names no value of anybody's."""
    text = first_line(row.cause)
    return text.partition(":")[0] if row.error_kind == ErrorKind.INTERNAL else text


def _what(row: WorkItem) -> str:
    if isinstance(row, OutboxMessage):
        return work_title(row.kind)
    if isinstance(row, InboxEvent):
        return work_title(row.event_type)
    return resource_title(row.resource) if isinstance(row, SyncRun) else _("Norce job")


def _about(row: WorkItem) -> str:
    if isinstance(row, SyncRun):
        known = {"run": row.pk, "resource": row.resource, "mode": row.mode, "counts": ", ".join(_counts(row))}
        return _("Run %(run)d (%(resource)s, %(mode)s): %(counts)s") % known
    if isinstance(row, NorceJob):
        known = {"job": row.job_id, "method": row.method, "run": row.run_id, "failed": row.failed, "total": row.total}
        return _("Norce job %(job)d (%(method)s, run %(run)d): %(failed)d of %(total)d records failed") % known
    return row.subject if isinstance(row, OutboxMessage | InboxEvent) else str(row)


def _counts(run: SyncRun) -> Iterator[str]:
    """Yield what a held run would do, or a failed one has not done."""
    for name, words in COUNTS.items():
        yield f"{getattr(run, f'count_{name}')} {words}"
    if run.count_failed:
        yield f"{run.count_failed} {_('failed')}"
