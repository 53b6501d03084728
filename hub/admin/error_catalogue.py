"""The error catalogue as a page: every code with its cause, what to do, and how many are stopped by it now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from connectors import catalogue
from connectors.catalogue import Category, Entry
from hub.admin.links import list_url
from hub.bulk_actions import TABLES
from hub.models.work import TROUBLED

GIVEN_UP = gettext_noop("Nothing: it is tried again by itself. If it has given up: see that it can go on, then Retry.")
# What stands in the place of a parameter.
NAMES = {
    "said": _("‹what it said›"),
    "number": _("‹number›"),
    "system": _("‹system›"),
    "who": _("‹system›"),
    "status": _("‹status›"),
    "operation": _("‹call›"),
    "fault": _("‹fault›"),
    "name": _("‹name›"),
    "order": _("‹order›"),
    "code": _("‹code›"),
    "currency": _("‹currency›"),
    "document": _("‹document›"),
    "connection": _("‹ERP connection›"),
    "row": _("‹row›"),
    "kind": _("‹kind›"),
    "value": _("‹value›"),
    "values": _("‹values›"),
    "application": _("‹application›"),
    "address": _("‹address›"),
    "amount": _("‹amount›"),
    "article": _("‹article›"),
    "articles": _("‹article›"),
    "countries": _("‹country›"),
    "rate": _("‹rate›"),
}
# So many stopped items of each table are counted at most, the latest ones.
COUNTED = 5000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One code as the page shows it; ``stopped`` are pairs of a number and the list that shows them."""

    code: str
    cause: str
    remedy: str
    stopped: tuple[tuple[str, str], ...]


def page(request: HttpRequest) -> HttpResponse:
    """Show the catalogue by category, to whoever may see what was tried."""
    if not request.user.has_perm("hub.view_attempt"):
        raise PermissionDenied
    stopped = {name: _stopped(name) for name in TABLES}
    groups = [
        (Category(category).label, [_line(entry, stopped) for entry in entries])
        for category, entries in groupby(catalogue.entries(), lambda entry: entry.category)
    ]
    context = {**admin.site.each_context(request), "title": gettext("Error catalogue"), "groups": groups}
    return TemplateResponse(request, "admin/hub/error_catalogue.html", context)


def in_general(code: str) -> str:
    """Return what a code means for any of its errors, with words for what differs; "" where there is nothing to say."""
    entry = catalogue.find(code)
    return entry.cause_of(NAMES) if entry and entry.has_words else ""


def entry_url(code: str) -> str:
    """Return the address of a code's place on the page."""
    return f"{reverse('admin:hub_attempt_errors')}#{code}"


def _stopped(table: str) -> Counter[str]:
    rows = TABLES[table]._default_manager.filter(state__in=TROUBLED).order_by("-pk")
    return Counter(rows.values_list("error_code", flat=True)[:COUNTED])


def _line(entry: Entry, stopped: dict[str, Counter[str]]) -> Line:
    states = ",".join(TROUBLED)
    return Line(
        code=entry.code,
        cause=entry.cause_of(NAMES),
        remedy=entry.remedy_of(NAMES) or (gettext(GIVEN_UP) if entry.category == Category.TEMPORARY else ""),
        stopped=tuple(
            (
                f"{counts[entry.code]} {TABLES[name]._meta.verbose_name_plural}",
                list_url(f"hub_{name}", error_code__exact=entry.code, state__in=states),
            )
            for name, counts in stopped.items()
            if counts[entry.code]
        ),
    )
