"""The page Reconciliation in the admin, and its two buttons: fetch a missing order, count again."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext

from hub import runs
from hub.admin.base import ReadOnlyAdmin
from hub.admin.links import list_url
from hub.admin.reasons import attempt, back_to
from hub.admin.run_start import tell
from hub.models import Application, SyncRun
from hub.models.runs import ACTIVE
from orders import fetching, reconcile
from orders.day_count import DayCount
from orders.reconciliation import page

LIST = "orders_daycount"
FETCH = "hub.retry"
COUNT = "hub.approve_run"


@register(DayCount)
class DayCountAdmin(ReadOnlyAdmin):
    """Each day's figures of Norce, hub and ERP; everything shown was counted before, nobody is asked for the page."""

    fields = ("day", "application_key", "counted_until", "counted_at")

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the buttons."""
        fetch, count = self.admin_site.admin_view(self.fetch_view), self.admin_site.admin_view(self.count_view)
        return [
            path("<int:pk>/fetch/<int:order_id>/", fetch, name="orders_daycount_fetch"),
            path("count/", count, name="orders_daycount_count"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the last two weeks and what is missing in them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        may = {"may_fetch": request.user.has_perm(FETCH), "may_count": request.user.has_perm(COUNT)}
        context = self._context(request, gettext("Reconciliation")) | page() | may
        return TemplateResponse(request, "admin/orders/daycount/change_list.html", context)

    def fetch_view(self, request: HttpRequest, pk: int, order_id: int) -> HttpResponse:
        """Ask why, then let a missing order be fetched by a worker."""
        self._refuse_others(request, FETCH)
        row = get_object_or_404(DayCount, pk=pk)
        found = next((each for each in row.missing if each["id"] == order_id), None)
        application = Application.objects.filter(key=row.application_key).first()
        if found is None or application is None:
            raise Http404
        reason = request.POST.get("reason", "").strip()
        if request.method == "POST" and reason:
            self._fetch(request, row, found, application, reason)
            return back_to(request, list_url(LIST))
        context = self._context(request, gettext("Fetch an order from Norce")) | {
            "found": found,
            "application": application,
            "reason_missing": request.method == "POST",
            "back_url": list_url(LIST),
        }
        return TemplateResponse(request, "admin/orders/daycount/fetch.html", context)

    def count_view(self, request: HttpRequest) -> HttpResponse:
        """Start a full run, which counts the last 30 days again."""
        self._refuse_others(request, COUNT)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        started = runs.start_all(
            resource=reconcile.NAME, by=request.user.get_username(), mode=SyncRun.Mode.FULL, dry_run=False
        )
        active = SyncRun.objects.filter(resource=reconcile.NAME, dry_run=False, state__in=ACTIVE)
        tell(request, started, active.exclude(pk__in=[run.pk for run in started]))
        return back_to(request, list_url(LIST))

    def _fetch(
        self, request: HttpRequest, row: DayCount, found: dict[str, Any], application: Application, reason: str
    ) -> None:
        by, done = request.user.get_username(), gettext("The order will be fetched.")
        wanted = {"order_id": found["id"], "reference": found["reference"]}
        if attempt(request, lambda: fetching.ask(application, by=by, reason=reason, **wanted), done):
            self.log_change(request, row, f"{done} {found['number']}")

    def _refuse_others(self, request: HttpRequest, right: str) -> None:
        if not (self.has_view_permission(request) and request.user.has_perm(right)):
            raise PermissionDenied

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
