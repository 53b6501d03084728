"""Work that has stopped for a missing mapping: how much a new one frees, and how it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub import impact
from hub.admin.bulk import bulk_page
from hub.admin.links import list_url, subject_url
from hub.admin.theme import ModelAdmin
from hub.impact import Waiting, at_least
from hub.models import OutboxMessage, ValueMapping
from hub.models.configuration import ValueKind
from hub.models.work import ErrorKind, State
from hub.panels import at_most, bounded

LISTED = 20
OFFERED = 2000
RETRY = "hub.retry"
STOPPED = {"error_kind": ErrorKind.MAPPING, "state": State.FAILED}
# The form's address names what its mapping is for, to lead back there.
ABOUT = "about"


@dataclass(frozen=True, kw_only=True)
class Waiters:
    """What waits for one mapping: how much in words, and the first of them, each with a link and what else it lacks.

    ``more`` says how many are not listed.
    """

    title: str
    rows: tuple[tuple[str, str, str], ...]
    more: str


class MappingWaitingAdmin(ModelAdmin):
    """Adds to the form what waits for its mapping, and a page that lets everything go on that can."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.retry_view)
        return [path("retry/", view, name="hub_valuemapping_retry"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what waits for the mapping that the address names, and the ERP's values that there are."""
        back_to = subject_url(request.GET.get(ABOUT, ""))
        context |= {"waiters": waiters_of(request), "back_to": back_to, "erp_values": erp_values()}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Go back to what the mapping was for, else to the list."""
        url = subject_url(request.GET.get(ABOUT, ""))
        return HttpResponseRedirect(url) if url else super().response_post_save_add(request, obj)

    def retry_view(self, request: HttpRequest) -> HttpResponse:
        """Ask why, then let everything be tried again that had stopped for a mapping and has all of them now."""
        if not request.user.has_perm(RETRY):
            raise PermissionDenied
        waiting = impact.waiting()
        if waiting.has_more and request.method == "GET":
            messages.info(request, _("More have stopped than were looked at: come back here when these have gone on."))
        free = [one for one in waiting.rows if one.can_go_on]
        items = OutboxMessage.objects.filter(pk__in=[one.item for one in free])
        back = list_url("orders_order", cause=ErrorKind.MAPPING)
        page = bulk_page(self, request, items, labels=[one.label for one in free], back=back)
        return page or HttpResponseRedirect(back)


def waiters_of(request: HttpRequest) -> Waiters | None:
    """Return what waits for the mapping that the address of an empty form names, if any."""
    kind, value, key = (request.GET.get(name, "") for name in ("kind", "norce_value", "application_key"))
    if kind not in ValueKind.values or not value:
        return None
    wanted = (ValueKind(kind), value)
    waiting = impact.waiting()
    found = [one for one in waiting.rows if wanted in one.missing and key in ("", one.application_key)]
    if not found:
        return None
    title = ngettext(
        "%(n)s stopped order waits for %(kind)s %(value)s",
        "%(n)s stopped orders wait for %(kind)s %(value)s",
        len(found) + waiting.has_more,
    )
    number = at_least(len(found), has_more=waiting.has_more)
    return Waiters(
        title=title % {"n": number, "kind": ValueKind(kind).label, "value": value},
        rows=tuple((one.label, one.url, _besides(one, wanted)) for one in found[:LISTED]),
        more=_more(len(found) - LISTED, has_more=waiting.has_more),
    )


def _more(number: int, *, has_more: bool) -> str:
    if number <= 0:
        return ""
    return ngettext("and %(more)s more", "and %(more)s more", number) % {"more": at_least(number, has_more=has_more)}


def _besides(one: Waiting, wanted: tuple[ValueKind, str]) -> str:
    """Return in words what else something lacks."""
    return ", ".join(f"{ValueKind(kind).label} {value}" for kind, value in one.missing if (kind, value) != wanted)


def erp_values() -> list[tuple[str, list[str]]]:
    """Return the ERP's values that mappings have, by kind: who picks one of them makes no slip of the pen."""
    rows = ValueMapping.objects.order_by("kind", "erp_value").values_list("kind", "erp_value").distinct()[:OFFERED]
    return [(kind, [value for _kind, value in group]) for kind, group in groupby(rows, key=itemgetter(0))]


def lead_to_waiting(request: HttpRequest) -> None:
    """Say how much of the stopped work can go on now, and how much has stopped where that is more, and lead there."""
    waiting = impact.waiting()
    free = sum(one.can_go_on for one in waiting.rows)
    if free and request.user.has_perm(RETRY):
        _lead_to_free(request, free, has_more=waiting.has_more)
    stopped = bounded(OutboxMessage.objects.filter(**STOPPED))
    if stopped > free:
        _lead_to_stopped(request, stopped)


def _lead_to_free(request: HttpRequest, number: int, *, has_more: bool) -> None:
    text = ngettext(
        "%(n)s order that had stopped can go on now:", "%(n)s orders that had stopped can go on now:", number + has_more
    )
    words = text % {"n": at_least(number, has_more=has_more)}
    _lead(request, words, reverse("admin:hub_valuemapping_retry"), _("look and retry"))


def _lead_to_stopped(request: HttpRequest, number: int) -> None:
    text = ngettext(
        "%(n)s work item has stopped for a missing mapping:",
        "%(n)s work items have stopped for missing mappings:",
        number,
    )
    url = list_url("hub_outboxmessage", **{f"{column}__exact": value for column, value in STOPPED.items()})
    _lead(request, text % {"n": at_most(number)}, url, _("look"))


def _lead(request: HttpRequest, text: str, url: str, link: str) -> None:
    messages.info(request, format_html('{} <a class="hub-link" href="{}">{}</a>', text, url, link))
