"""Event sources in the admin: when each kind of event came last, and whether that is as usual."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.admin.badges import badge
from hub.admin.base import ReadOnlyAdmin
from hub.durations import in_words
from hub.models import Application, EventSource
from hub.quiet import is_known
from hub.work_titles import work_title


class QuietFilter(SimpleListFilter):
    """Sources that are quieter than usual."""

    title = _("state")
    parameter_name = "quiet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("yes", _("Quieter than usual"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EventSource]) -> QuerySet[EventSource]:
        """Keep the quiet ones."""
        return queryset.exclude(alarmed_at=None) if self.value() else queryset


@register(EventSource)
class EventSourceAdmin(ReadOnlyAdmin):
    """One type of event of one application."""

    list_display = ("title", "application", "last_at", "usual_silence", "state")
    list_filter = (QuietFilter,)
    ordering = ("event_type", "application_number")
    fields = (
        ("title", "event_type"),
        ("application", "state"),
        ("first_at", "last_at"),
        ("usual_silence", "events"),
        "alarmed_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventSource]:
        """Add the applications' names in the same query."""
        name = Application.objects.filter(number=OuterRef("application_number")).values("name")[:1]
        rows: QuerySet[EventSource] = super().get_queryset(request)
        return rows.annotate(application_name=Subquery(name))

    @display(description=_("event"), ordering="event_type")
    def title(self, source: EventSource) -> str:
        """Return what the events tell, in words."""
        return work_title(source.event_type)

    @display(description=_("application"), ordering="application_number")
    def application(self, source: EventSource) -> str:
        """Return the application's name, its number when the hub does not know it."""
        return getattr(source, "application_name", None) or str(source.application_number or "–")

    @display(description=_("usual longest silence"))
    def usual_silence(self, source: EventSource) -> str:
        """Return how long it has been silent at most in the last one to two weeks."""
        return in_words(source.usual) if source.usual else "–"

    @display(description=_("state"))
    def state(self, source: EventSource) -> SafeString:
        """Return whether the present silence is as usual, as a badge."""
        if source.alarmed_at:
            return badge(gettext("Quieter than usual"), "bad")
        if not is_known(source):
            return badge(gettext("Too young to tell"), "plain")
        return badge(gettext("As usual"), "good")
