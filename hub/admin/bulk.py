"""Retry many: a page that states the number, shows the first of them, and asks why."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub import work
from hub.admin.theme import ModelAdmin
from hub.models import WorkItem
from hub.models.work import TROUBLED

SHOWN = 20
MOST = 1000
ACTION = "retry_selected"


def retry_page(
    admin: ModelAdmin, request: HttpRequest, items: QuerySet[WorkItem], labels: Sequence[str] | None = None
) -> TemplateResponse | None:
    """Ask before the held and failed ones of ``items`` are retried; None when that is done.

    ``labels`` names what is selected, where that is not the work items themselves.
    """
    stopped = list(items.filter(state__in=TROUBLED).order_by("pk")[:MOST])
    if not stopped:
        messages.warning(request, _("Nothing of what you selected is held or failed: there is nothing to retry."))
        return None
    reason = request.POST.get("reason", "").strip()
    if "apply" in request.POST and reason:
        _retry(request, stopped, reason)
        return None
    return _ask(admin, request, stopped, labels)


def _retry(request: HttpRequest, items: Sequence[WorkItem], reason: str) -> None:
    refused = 0
    for item in items:
        try:
            work.retry(item, by=request.user.get_username(), reason=reason)
        except work.NotAllowed:
            refused += 1
    done = len(items) - refused
    messages.success(
        request, ngettext("%(n)d item will be tried again.", "%(n)d items will be tried again.", done) % {"n": done}
    )
    if refused:
        messages.warning(request, _("%(n)d had gone on in the meantime and were left alone.") % {"n": refused})


def _ask(
    admin: ModelAdmin, request: HttpRequest, items: Sequence[WorkItem], labels: Sequence[str] | None
) -> TemplateResponse:
    names = list(labels) if labels is not None else [str(item) for item in items]
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Retry"),
        "opts": admin.opts,
        "number": len(items),
        "names": names[:SHOWN],
        "more": max(len(names) - SHOWN, 0),
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "action_name": ACTION,
        "reason_missing": "apply" in request.POST,
    }
    return TemplateResponse(request, "admin/hub/bulk_retry.html", context)
