"""Work in the admin: what the hub has to tell other systems."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hub import alerts
from hub.admin.base import WorkItemAdmin
from hub.admin.records import preformatted
from hub.admin.subjects import SubjectAdmin
from hub.models import OutboxMessage
from hub.work_titles import work_title

ENDED: Any = (None, {"fields": (("created_at", "started_at", "finished_at"), "attempt_list")})


@register(OutboxMessage)
class OutboxMessageAdmin(SubjectAdmin, WorkItemAdmin):
    """One thing to tell one system."""

    list_display = ("title", "about", "system", "state_badge", "short_reason", "attempts", "created_at")
    list_filter = ("state", "error_kind")
    search_fields = ("subject__exact", "key__exact")
    search_help_text = _("Exact: Norce order number, order:17 or the key of a work item")
    fieldsets = (
        (None, {"fields": (("title", "state_badge"), ("about", "system"), ("attempts", "not_before"), "key")}),
        ENDED,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        """Leave the payloads in the database."""
        return super().get_queryset(request).defer("payload")

    def get_fieldsets(self, request: HttpRequest, obj: OutboxMessage | None = None) -> Any:
        """Add the text of a mail to the operators: it is theirs to read."""
        fieldsets = super().get_fieldsets(request, obj)
        is_mail = obj is not None and obj.kind == alerts.KIND
        return (fieldsets[0], (None, {"fields": ("mail_text",)}), *fieldsets[1:]) if is_mail else fieldsets

    def page_title(self, item: Any) -> str:
        """Return what it does, in words."""
        return self.title(item)

    @display(description=_("work"))
    def title(self, item: OutboxMessage) -> str:
        """Return what the message does, in words."""
        return work_title(item.kind)

    @display(description=_("mail"))
    def mail_text(self, item: OutboxMessage) -> SafeString | str:
        """Return a mail's subject and text."""
        return preformatted("\n\n".join((item.payload.get("subject", ""), item.payload.get("text", ""))))
