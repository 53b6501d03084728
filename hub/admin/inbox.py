"""Norce's events in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connectors.catalogue.sentences import told
from connectors.redaction import redact_body
from hub.admin.base import WorkItemAdmin
from hub.admin.kept import kept
from hub.admin.links import short
from hub.admin.records import preformatted
from hub.admin.subjects import SubjectAdmin
from hub.admin.work import ENDED
from hub.models import InboxEvent
from hub.work_titles import work_title

ORDERS = "order:"


class AboutFilter(SimpleListFilter):
    """Events about orders that are here, and all others."""

    title = _("about")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the two choices."""
        return [("orders", _("Orders")), ("others", _("Anything else"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxEvent]) -> QuerySet[InboxEvent]:
        """Keep the events of the choice."""
        if self.value() is None:
            return queryset
        orders = Q(subject__startswith=ORDERS)
        return queryset.filter(orders if self.value() == "orders" else ~orders)


@register(InboxEvent)
class InboxEventAdmin(SubjectAdmin, WorkItemAdmin):
    """One thing that Norce told us."""

    list_display = ("title", "about", "state_badge", "short_outcome", "attempts", "received_at")
    list_filter = ("state", "error_kind", AboutFilter)
    search_fields = ("subject__exact", "key__exact")
    search_help_text = _("Exact: Norce order number, norce_job:330915 or the key of an event")
    fieldsets = (
        (None, {"fields": (("title", "state_badge"), ("norce_name", "about"), ("application_number", "received_at"))}),
        (None, {"fields": (("attempts", "not_before"), "key", "whole_note", "body_text")}),
        ENDED,
    )

    whole_note = kept("note", _("what came of it"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxEvent]:
        """Leave the bodies in the database."""
        return super().get_queryset(request).defer("body")

    def page_title(self, item: Any) -> str:
        """Return what it does, in words."""
        return self.title(item)

    @display(description=_("event"))
    def title(self, event: InboxEvent) -> str:
        """Return what has happened, in words."""
        return work_title(event.event_type)

    @display(description=_("Norce's name of it"))
    def norce_name(self, event: InboxEvent) -> str:
        """Return the type as Norce Admin lists it."""
        return event.event_type

    @display(description=_("what came of it"))
    def short_outcome(self, event: InboxEvent) -> str:
        """Return the reason why it does not go on, else the note, cut for a list."""
        return short(event.cause or told(event.note))

    @display(description=_("body (masked)"))
    def body_text(self, event: InboxEvent) -> SafeString | str:
        """Return the body as text, what cannot be read replaced, personal data masked."""
        return preformatted(redact_body(bytes(event.body)))
