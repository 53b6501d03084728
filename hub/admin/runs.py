"""Runs in the admin: their list, their page, and the part of it that refreshes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import SimpleListFilter, display, register
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connectors.moments import clock
from hub.admin.configuration import ApplicationFilter
from hub.admin.run_buttons import RunButtonsAdmin
from hub.admin.run_page import MOVING, page, progress
from hub.admin.run_start import StartButtonsAdmin, resource_choices
from hub.admin.run_words import grouped, mode_words, progress_words, run_badge, took
from hub.models import Application, SyncRun
from hub.work_titles import run_title


class ResourceFilter(SimpleListFilter):
    """Runs over one register."""

    title = _("resource")
    parameter_name = "resource"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the resources in words."""
        return list(resource_choices())

    def queryset(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> QuerySet[SyncRun]:
        """Keep the runs of the chosen resource."""
        return queryset.filter(resource=self.value()) if self.value() else queryset


def _count(name: str, title: Any) -> Callable[[SyncRun], SafeString]:
    """Return a column for one of the run's counts, in which zeros are pale."""

    @display(description=title, ordering=f"count_{name}")
    def column(run: SyncRun) -> SafeString:
        number = getattr(run, f"count_{name}")
        return format_html('<span class="{}">{}</span>', "" if number else "hub-zero", grouped(number))

    column.__name__ = f"count_{name}"
    return column


@register(SyncRun)
class SyncRunAdmin(RunButtonsAdmin, StartButtonsAdmin):
    """One pass over a resource."""

    list_display = (
        "title",
        "state_and_progress",
        _count("new", _("new")),
        _count("changed", _("changed")),
        _count("deactivated", _("deactivated")),
        _count("refused", _("refused")),
        _count("accepted", _("accepted")),
        _count("failed", _("failed")),
        "created",
    )
    list_filter = (ResourceFilter, "mode", "state", "dry_run", ApplicationFilter)
    fields = ("resource",)
    change_form_template = "admin/hub/run/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRun]:
        """Leave what only the engine reads in the database, and add the applications' names in the same query."""
        name = Application.objects.filter(key=OuterRef("application_key")).values("name")[:1]
        rows: QuerySet[SyncRun] = super().get_queryset(request).defer("cursor", "reads", "field_sets")
        return rows.annotate(application_name=Subquery(name))

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the part that refreshes itself."""
        own = path(
            "<path:object_id>/progress/", self.admin_site.admin_view(self.progress_view), name="hub_syncrun_progress"
        )
        return [own, *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the moving part of a run's page; once the run has stopped, the whole page is to be loaded again."""
        run = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        headers = {} if run.state in MOVING else {"HX-Refresh": "true"}
        return TemplateResponse(request, "admin/hub/run/progress.html", progress(run), headers=headers)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what the run's page shows."""
        run = kwargs.get("obj")
        if run is not None:
            context |= page(run, with_rows=request.user.has_perm("hub.view_syncrow"))
        return super().render_change_form(request, context, *args, **kwargs)

    def page_title(self, item: Any) -> str:
        """Return the resource in words, with the run's number."""
        return run_title(item)

    @display(description=_("run"), ordering="pk")
    def title(self, run: Any) -> SafeString:
        """Return the resource with the run's number, and below it the mode and the application's name."""
        application = run.application_name or run.application_key or gettext("All applications")
        return format_html('{}<span class="hub-below">{} · {}</span>', run_title(run), mode_words(run), application)

    @display(description=_("state"), ordering="state")
    def state_and_progress(self, run: SyncRun) -> SafeString:
        """Return the state as a badge, with the phase in words, and below it how far the run has come."""
        return format_html('{}<span class="hub-below">{}</span>', run_badge(run), progress_words(run))

    @display(description=_("created"), ordering="created_at")
    def created(self, run: SyncRun) -> SafeString:
        """Return when the run was asked for, and below it how long it has taken."""
        lines = (clock(run.created_at), gettext("duration"), took(run))
        return format_html('<span class="hub-nowrap">{}</span><span class="hub-below">{} {}</span>', *lines)
