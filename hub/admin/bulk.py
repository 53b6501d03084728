"""Ask before a deed happens to many items: a page that states the number, shows the first of them, and asks why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from hub import bulk_actions, by_hand
from hub.admin.theme import ModelAdmin
from hub.item_words import names_of
from hub.models import BulkAction
from hub.models.work import TROUBLED

SHOWN = 20
Deed = BulkAction.Deed
LEGAL = {Deed.RETRY: TROUBLED, Deed.CANCEL: by_hand.CANCELLABLE}


def bulk_page(
    admin: ModelAdmin,
    request: HttpRequest,
    items: QuerySet[Any],
    *,
    deed: BulkAction.Deed = Deed.RETRY,
    labels: Sequence[str] | None = None,
    **context: Any,
) -> HttpResponse | None:
    """Ask why, then start the deed on those of ``items`` that it is legal for and lead to its result page.

    None when it is legal for none of them; that is said. ``labels`` names what is selected, where that is not the
    work items themselves; ``context`` is for the page: ``back`` to where, and the ``cause`` that they share.
    """
    legal = items.filter(state__in=LEGAL[deed]).order_by("pk")
    number = legal[: bulk_actions.MOST].count()
    if not number:
        messages.warning(request, _nothing(deed))
        return None
    if reason := reason_given(request):
        action = bulk_actions.start(legal, deed=deed, by=request.user.get_username(), reason=reason)
        return HttpResponseRedirect(action.get_absolute_url())
    names = list(labels) if labels is not None else names_of(legal[:SHOWN])
    more = (len(names) if labels is not None else number) - SHOWN
    context = {"deed": deed, "names": names[:SHOWN], "more": max(more, 0), **context}
    return ask(admin, request, number=number, title=deed.label, **context)


def _nothing(deed: BulkAction.Deed) -> str:
    if deed == Deed.CANCEL:
        return _("Everything that you selected has ended or is being worked on: there is nothing to cancel.")
    return _("Nothing of what you selected is held or failed: there is nothing to retry.")


def reason_given(request: HttpRequest) -> str:
    """Return why a deed shall happen to many, "" until somebody has been asked and has said it."""
    return request.POST.get("reason", "").strip() if "apply" in request.POST else ""


def ask(
    admin: ModelAdmin, request: HttpRequest, *, template: str = "admin/hub/bulk/ask.html", **context: Any
) -> TemplateResponse:
    """Return the page that asks why: ``context`` has its ``title``, the ``number``, the first ``names``, the ``more``.

    A ``template`` of one's own extends the page with the words of another deed than retrying and cancelling work.
    """
    defaults = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "action_name": request.POST.get("action", ""),
        "reason_missing": "apply" in request.POST,
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, template, defaults | context)
