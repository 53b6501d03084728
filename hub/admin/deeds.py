"""What people have done in the admin, one line each: changes, deletions and pressed buttons, with who, when and why."""

from __future__ import annotations

from django.contrib.admin import display, register
from django.contrib.admin.models import LogEntry
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connectors.moments import clock
from hub.admin.base import ReadOnlyAdmin
from hub.admin.links import link


@register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """One deed; what it changed stands in the row's own history."""

    list_display = ("time", "user", "what", "row", "why")
    list_select_related = ("user", "content_type")
    list_filter = ("action_flag",)
    search_fields = ("user__username__exact",)
    search_help_text = _("Exact: the user's name")
    fields = (("action_time", "user"), ("what", "row"), "why")

    @display(description=_("time"), ordering="pk")
    def time(self, deed: LogEntry) -> str:
        """Return when it was done."""
        return clock(deed.action_time)

    @display(description=_("what"))
    def what(self, deed: LogEntry) -> str:
        """Return whether it was added, changed or deleted, and in which table."""
        return f"{deed.get_action_flag_display()}: {deed.content_type.name if deed.content_type else ''}"

    @display(description=_("row"))
    def row(self, deed: LogEntry) -> SafeString | str:
        """Return a link to the row, its name when it is gone."""
        url = deed.get_admin_url()
        return link(url, deed.object_repr) if url and not deed.is_deletion() else deed.object_repr

    @display(description=_("reason"))
    def why(self, deed: LogEntry) -> str:
        """Return the reason and what was changed."""
        return deed.get_change_message()
