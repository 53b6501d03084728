"""What the lists of customers and companies are narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import REFUSED_REPORTS, Binding

REFUSED = "refused"
NEVER = "never"


class ReportFilter(SimpleListFilter):
    """How far the code has come on its way to Norce."""

    title = _("code in Norce")
    parameter_name = "report"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the states, and the two that need a person as one."""
        named = [(value or "not_needed", label) for value, label in Binding.Report.choices]
        return [(REFUSED, _("Needs a person")), *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen state."""
        value = self.value()
        if value is None:
            return queryset
        if value == REFUSED:
            return queryset.filter(report__in=REFUSED_REPORTS)
        return queryset.filter(report="" if value == "not_needed" else value)


class StandingFilter(SimpleListFilter):
    """Active or not as Norce was told last, or forgotten by Norce."""

    title = _("standing")
    parameter_name = "standing"
    conditions = {
        "active": Q(is_active=True, forgotten_at=None),
        "inactive": Q(is_active=False, forgotten_at=None),
        "forgotten": Q(forgotten_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the three standings."""
        return [("active", _("Active")), ("inactive", _("Inactive")), ("forgotten", _("Forgotten by Norce"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen standing."""
        return queryset.filter(self.conditions.get(self.value() or "", Q()))


class AcceptedFilter(SimpleListFilter):
    """When Norce last accepted the record."""

    title = _("last accepted")
    parameter_name = "accepted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return how many days ago at most, longer ago, and never."""
        return [("1", _("In the last day")), ("7", _("In the last week")), ("old", _("Earlier")), (NEVER, _("Never"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen time."""
        value = self.value()
        if value in ("1", "7"):
            return queryset.filter(accepted_at__gte=timezone.now() - timedelta(days=int(value)))
        if value == "old":
            return queryset.filter(accepted_at__lt=timezone.now() - timedelta(days=7))
        return queryset.filter(accepted_at=None) if value == NEVER else queryset
