"""Alerts in the admin: news for the operators about what is no stopped work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connectors.catalogue.sentences import told
from hub.admin.base import ReadOnlyAdmin
from hub.admin.kept import kept
from hub.admin.links import link
from hub.models import Alert

RECENT = timedelta(days=1)


def recent_alerts() -> QuerySet[Alert]:
    """Return the alerts of the last day that are not over, whether there are operators to mail them to or not."""
    return Alert.objects.filter(ended_at=None, created_at__gte=timezone.now() - RECENT)


class RecentFilter(SimpleListFilter):
    """Alerts of the last day that are not over."""

    title = _("time")
    parameter_name = "recent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("yes", _("The last day, not over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        """Keep the recent ones."""
        return queryset & recent_alerts() if self.value() else queryset


@register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """One piece of news, whether a mail has told it or not."""

    list_display = ("created_at", "what", "short_text", "page", "ended_at")
    list_filter = (RecentFilter,)
    fields = (("created_at", "ended_at"), "what", "whole_text", "page")
    what = kept("subject", _("alert"))
    whole_text = kept("text", _("text"))
    short_text = kept("text", _("text"), most=120)

    def page_title(self, item: Alert) -> str:
        """Return what is the matter."""
        return told(item.subject)

    @display(description=_("page"))
    def page(self, alert: Alert) -> SafeString:
        """Return a link to the page to look at."""
        return link(alert.path, _("Look"))
