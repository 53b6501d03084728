"""The filters of the order list; those about trouble ask the work table first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.admin.error_catalogue import in_general
from hub.models.work import TROUBLED, ErrorKind, State
from orders.lead_times import STEPS, slow_orders
from orders.models import Order
from orders.troubles import about_orders, all_ids, late, order_ids, outside, stopped, through


class NeedsPersonFilter(SimpleListFilter):
    """Orders that wait for a person, by cause: the kind of the error, or with its code ("config:norce_not_set_up")."""

    title = _("Needs a person")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return "any cause", the kinds, and the error that the address names."""
        chosen = request.GET.get(self.parameter_name, "")
        code = chosen.partition(":")[2]
        named = [(chosen, in_general(code) or code or gettext("Without a code"))] if ":" in chosen else []
        return [("any", _("Any cause")), *ErrorKind.choices, *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders whose work stopped for the cause."""
        cause = self.value()
        if cause is None:
            return queryset
        # With the state beside it, one piece of work must have both.
        states = {request.GET.get(StateFilter.parameter_name, "")} & {*TROUBLED}
        return queryset.filter(pk__in=all_ids(*stopped(*states, **_columns(cause))))


def _columns(cause: str) -> dict[str, str]:
    """Return what work has that stopped for a chosen cause."""
    kind, has_code, code = cause.partition(":")
    if cause == "any":
        return {}
    return {"error_kind": kind, "error_code": code} if has_code else {"error_kind": kind}


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
            ("outside", _("Not in the ERP, nothing stopped")),
            ("in_erp", _("In the ERP")),
            ("through", _("In the ERP or further, nothing stopped")),
            ("gone", _("No longer in the ERP")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders of the chosen state."""
        value = self.value()
        if value == "in_erp":
            return queryset.filter(status=Order.Status.RECEIVED).exclude(erp_order_no="")
        if value == "gone":
            return queryset.filter(gone_at__isnull=False)
        if value in ("outside", "through"):
            return outside(queryset) if value == "outside" else through(queryset)
        if value == "late":
            return queryset.filter(pk__in=order_ids(*late()))
        if value == "waiting":
            return queryset.filter(pk__in=order_ids(about_orders(State.PENDING)))
        return queryset.filter(pk__in=all_ids(*stopped(value))) if value in TROUBLED else queryset


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


class SlowFilter(SimpleListFilter):
    """The slowest of the latest orders to have made a step."""

    title = _("Slowest")
    parameter_name = "slow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the steps."""
        return [(name, step.title) for name, step in STEPS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the slowest twentieth, as it was when the lead times were counted last."""
        return queryset.filter(pk__in=slow_orders(self.value() or "")) if self.value() else queryset
