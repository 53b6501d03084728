"""Failed sign-ins: which there were, and who is kept out for a while and may be let in."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connectors.moments import clock
from hub.admin.base import ReadOnlyAdmin
from hub.admin.history import ReasonedAdmin

SEEN = ("time", "username", "ip_address")


class SignInAdmin(ReadOnlyAdmin):
    """Rows about a user name and the address from which it was tried."""

    search_fields = ("username__exact", "ip_address__exact")
    search_help_text = _("Exact: user name or address")

    @display(description=_("time"), ordering="attempt_time")
    def time(self, row: Any) -> str:
        """Return when it was tried."""
        return clock(row.attempt_time)


@register(AccessFailureLog)
class AccessFailureLogAdmin(SignInAdmin):
    """One failed sign-in."""

    list_display = (*SEEN, "locked_out")
    list_filter = ("locked_out",)
    fields = (*SEEN, "locked_out", "user_agent")


@register(AccessAttempt)
class AccessAttemptAdmin(ReasonedAdmin, SignInAdmin):
    """The failures of one user name from one address since it came in last; deleting them lets it in again."""

    list_display = (*SEEN, "failures_since_start")
    fields = (*SEEN, "failures_since_start", "user_agent")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may let others in."""
        return request.user.has_perm("axes.delete_accessattempt")
