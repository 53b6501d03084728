"""Work in the admin: what the hub has to tell other systems."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hub.admin.base import WorkItemAdmin
from hub.admin.links import subject_link
from hub.models import OutboxMessage
from hub.timeline import work_title

ENDED: Any = (None, {"fields": (("created_at", "started_at", "finished_at"), "attempt_list")})


@register(OutboxMessage)
class OutboxMessageAdmin(WorkItemAdmin):
    """One thing to tell one system."""

    list_display = ("title", "about", "system", "state_badge", "short_reason", "attempts", "created_at")
    list_filter = ("state", "error_kind")
    search_fields = ("subject__exact", "key__exact")
    search_help_text = _("Exact: order:17 or the key of a work item")
    fieldsets = (
        (None, {"fields": (("title", "state_badge"), ("about", "system"), ("attempts", "not_before"), "key")}),
        ENDED,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        """Leave the payloads in the database."""
        return super().get_queryset(request).defer("payload")

    @display(description=_("work"))
    def title(self, item: OutboxMessage) -> str:
        """Return what the message does, in words."""
        return work_title(item.kind)

    @display(description=_("about"))
    def about(self, item: OutboxMessage) -> SafeString | str:
        """Return a link to what the message is about."""
        return subject_link(item.subject)
