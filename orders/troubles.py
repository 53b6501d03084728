"""Which orders need a person or wait: told from their work, by the partial indexes of the work table."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from hub.models import OutboxMessage
from hub.models.work import TROUBLED, State

MOST = 1000
PREFIX = "order:"
LATE = timedelta(minutes=15)


def about_orders(*states: str) -> QuerySet[OutboxMessage]:
    """Return the work about orders in some states, newest first."""
    return OutboxMessage.objects.filter(state__in=states, subject__startswith=PREFIX).order_by("-pk")


def order_ids(*messages: QuerySet[OutboxMessage]) -> list[int]:
    """Return the orders that some work is about, the latest thousand of each.

    Two steps instead of a join: ``subject`` is a text, and the trouble is few while orders are many.
    """
    subjects = [subject for rows in messages for subject in rows.values_list("subject", flat=True)[:MOST]]
    return sorted({int(subject.removeprefix(PREFIX)) for subject in subjects})


def troubled(error_kind: str = "") -> QuerySet[OutboxMessage]:
    """Return the work about orders that is held or failed, of one cause or of any."""
    rows = about_orders(*TROUBLED)
    return rows.filter(error_kind=error_kind) if error_kind else rows


def late() -> tuple[QuerySet[OutboxMessage], ...]:
    """Return the work of orders that have waited for their ERP number for over 15 minutes."""
    limit = timezone.now() - LATE
    groups = ((State.PENDING,), (State.RUNNING,), TROUBLED)
    return tuple(about_orders(*states).filter(kind="erp.order", created_at__lt=limit) for states in groups)
