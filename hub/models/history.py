"""Every state that people's settings have had, with who, when and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from simple_history.models import HistoricalRecords

KEPT_DAYS = 3 * 365


def kept(**options: Any) -> HistoricalRecords:
    """Return what keeps a table's states; who made them is kept by name, so that it outlives the user."""
    return HistoricalRecords(
        history_change_reason_field=models.TextField(null=True),
        history_user_id_field=models.CharField(max_length=150, blank=True, default=""),
        history_user_getter=lambda state: state.history_user_id,
        history_user_setter=_keep_name,
        **options,
    )


def histories() -> list[type[models.Model]]:
    """Return the tables of states, of every app."""
    tables: list[Any] = apps.get_models()
    return [table.history.model for table in tables if hasattr(table._meta, "simple_history_manager_attribute")]


def old_states(history: Any) -> QuerySet[Any]:
    """Return the states that are older than they are kept; the last one of each row stays."""
    newer = history.objects.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    states: QuerySet[Any] = history.objects.filter(Exists(newer), history_date__lt=before)
    return states


def _keep_name(state: Any, user: Any) -> None:
    state.history_user_id = user.get_username() if user else ""
