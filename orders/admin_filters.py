"""The filters of the order list; those about trouble ask the work table first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.work import ErrorKind, State
from orders.models import Order
from orders.troubles import about_orders, late, order_ids, troubled


class NeedsPersonFilter(SimpleListFilter):
    """Orders that wait for a person, by cause."""

    title = _("Needs a person")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return "any cause" and the causes."""
        return [("any", _("Any cause")), *ErrorKind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders whose work stopped for the cause."""
        cause = self.value()
        if cause is None:
            return queryset
        return queryset.filter(pk__in=order_ids(troubled("" if cause == "any" else cause)))


class StateFilter(SimpleListFilter):
    """Where an order stands."""

    title = _("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the words of the list's first column, and the late ones."""
        return [
            ("held", _("Held")),
            ("failed", _("Failed")),
            ("waiting", _("Waiting")),
            ("late", _("Over 15 minutes without an ERP number")),
            ("in_erp", _("In the ERP")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders of the chosen state."""
        value = self.value()
        if value == "in_erp":
            return queryset.filter(status=Order.Status.RECEIVED).exclude(erp_order_no="")
        if value == "late":
            return queryset.filter(pk__in=order_ids(*late()))
        states = {"held": State.HELD, "failed": State.FAILED, "waiting": State.PENDING}
        return queryset.filter(pk__in=order_ids(about_orders(states[value]))) if value in states else queryset


class ReceivedFilter(SimpleListFilter):
    """Orders of the latest days."""

    title = _("Received")
    parameter_name = "received"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the spans."""
        return [("today", _("Today")), ("week", _("The last 7 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders of the chosen span, in local time."""
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        since = {"today": midnight, "week": midnight - timedelta(days=6)}.get(self.value() or "")
        return queryset.filter(received_at__gte=since) if since else queryset
