"""Bulk actions in the admin: who let what happen to how many, how far it has come, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.admin.badges import badge
from hub.admin.base import ReadOnlyAdmin
from hub.admin.links import item_url, short
from hub.bulk_actions import TABLES, Outcome
from hub.item_words import names_of
from hub.models import BulkAction, WorkItem
from hub.models.work import TROUBLED, State

SHOWN = 100
Line = tuple[str, str, str]


@register(BulkAction)
class BulkActionAdmin(ReadOnlyAdmin):
    """The list of bulk actions, and each one's result page."""

    list_display = ("title", "total", "asked_by", "why", "created_at", "finished_at")
    list_filter = ("deed",)
    fields = ("deed",)
    change_form_template = "admin/hub/bulk/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the part that refreshes itself."""
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<path:object_id>/progress/", view, name="hub_bulkaction_progress"), *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the moving part of the result page; once all is done, the whole page is to be loaded again."""
        action = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, action):
            raise PermissionDenied
        if action is None:
            raise Http404
        headers = {"HX-Refresh": "true"} if action.finished_at else {}
        return TemplateResponse(request, "admin/hub/bulk/progress.html", progress(action), headers=headers)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what the result page shows."""
        action = kwargs.get("obj")
        if action is not None:
            context |= progress(action) | {"title_words": self.title(action)}
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=gettext_lazy("bulk action"), ordering="pk")
    def title(self, action: BulkAction) -> str:
        """Return what happens to which kind of thing."""
        return f"{action.get_deed_display()}: {action.get_item_kind_display()}"

    @display(description=gettext_lazy("why"))
    def why(self, action: BulkAction) -> str:
        """Return the reason, cut for a list."""
        return short(action.reason)


def progress(action: BulkAction) -> dict[str, Any]:
    """Return what the moving part of the result page shows."""
    counts = dict(action.items.values_list("outcome").annotate(number=Count("pk")))
    done, refused = counts.get(Outcome.DONE, 0), counts.get(Outcome.REFUSED, 0)
    again = _stopped_again(action)
    poll_url = "" if action.finished_at else reverse("admin:hub_bulkaction_progress", args=[action.pk])
    return {
        "bulk": action,
        "badge": badge(_("done"), "good") if action.finished_at else badge(_("under way"), "busy"),
        "ended": done + refused,
        "done": done,
        "refused": refused,
        "refusals": _refusals(action),
        "asks_for_success": action.deed == BulkAction.Deed.RETRY,
        "stopped_again": f"{SHOWN}+" if len(again) > SHOWN else len(again),
        "again": again[:SHOWN],
        "is_cut": len(again) > SHOWN,
        "poll_url": poll_url,
    }


def _stopped_again(action: BulkAction) -> list[Line]:
    """Return what was let start and has stopped since, with why; one more than is shown where there are more."""
    if action.deed != BulkAction.Deed.RETRY:
        return []
    started = action.items.filter(outcome=Outcome.DONE).values("item_id")
    rows = TABLES[action.item_kind]._default_manager.filter(state__in=TROUBLED, pk__in=started)
    return _lines(list(rows.order_by("pk")[: SHOWN + 1]), {})


def _refusals(action: BulkAction) -> list[Line]:
    """Return the first that were refused, with the state they were in by then."""
    found = dict(
        action.items.filter(outcome=Outcome.REFUSED).order_by("item_id").values_list("item_id", "state_then")[:SHOWN]
    )
    rows = list(TABLES[action.item_kind]._default_manager.filter(pk__in=found).order_by("pk"))
    gone = found.keys() - {row.pk for row in rows}
    return _lines(rows, found) + [("", f"{key}", _("It is no more.")) for key in sorted(gone)]


def _lines(rows: list[WorkItem], states: dict[int, str]) -> list[Line]:
    lines = zip(rows, names_of(rows), strict=True)
    return [
        (item_url(row), name, _why(states[row.pk]) if row.pk in states else short(row.cause)) for row, name in lines
    ]


def _why(state: str) -> str:
    if state in TROUBLED:
        return _("Another one of its kind is active.")
    return _("It was by then: %(state)s") % {"state": State(state).label if state else "–"}
