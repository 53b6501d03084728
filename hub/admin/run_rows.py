"""The records of a run in the admin: what each means for Norce, field by field, and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import simplejson
from django.contrib.admin import display, register
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connectors.norce.header import with_id
from connectors.redaction import shown_to_all
from hub.admin.badges import badge
from hub.admin.links import item_url, link, list_url, short
from hub.admin.records import preformatted
from hub.admin.reveals import RevealingAdmin
from hub.admin.row_csv import blocks
from hub.admin.row_words import CHANGE_SIGNS, CHANGE_TONES, ROW_TONES, STAYS, differences, spellings
from hub.admin.subjects import SubjectAdmin
from hub.models import ErpConnection, SyncRow
from hub.revealing import Shown, whole
from hub.work_titles import run_title

FIELDS_SHOWN = 3
SUBJECTS = ("customer", "company")


@register(SyncRow)
class SyncRowAdmin(RevealingAdmin, SubjectAdmin):
    """One record of a run; reached from its run, so it is not in the menu."""

    list_display = (
        "erp_code",
        "change_badge",
        "action_badge",
        "identifier",
        "some_fields",
        "batch_link",
        "short_message",
    )
    list_filter = ("change", "action")
    search_fields = ("subject__exact",)
    search_help_text = _("Exact: ERP code; among the records of one run also e-mail or organisation number")
    list_before_template = "admin/hub/run/rows.html"
    change_form_outer_before_template = "admin/hub/run/row.html"
    fieldsets = (
        (None, {"fields": (("about", "run_link"), ("change_badge", "action_badge"), "whole_message")}),
        (None, {"fields": (("identifier", "norce_id"), ("erp_connection", "batch_link"))}),
        (None, {"fields": ("all_fields", "record")}),
    )

    def page_title(self, item: SyncRow) -> str:
        """Return whose record it is, and how far it has come."""
        return f"{item.erp_code}: {item.get_action_display()}"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep it out of the menu."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRow]:
        """Leave the records themselves in the database."""
        return super().get_queryset(request).select_related("run").defer("payload", "run__cursor", "run__field_sets")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find by exact ERP code through the index of subjects; within one run by identifier too."""
        term = search_term.strip()
        if not term:
            return queryset, False
        connections = ErpConnection.objects.values_list("name", flat=True)
        found = Q(subject__in=[f"{kind}:{name}:{term}" for kind in SUBJECTS for name in connections])
        if "run__id__exact" in request.GET:
            found |= Q(identifier__in=spellings(term))
        return queryset.filter(found), False

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the CSV file."""
        return [path("csv/", self.admin_site.admin_view(self.csv_view), name="hub_syncrow_csv"), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Return the rows that the list would show with the same filters, all pages of them, as they are read."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request).order_by("pk")
        answer = StreamingHttpResponse(blocks(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="run-rows.csv"'
        return answer

    @display(description=_("run"))
    def run_link(self, row: SyncRow) -> SafeString:
        """Return a link to the run."""
        return link(item_url(row.run), run_title(row.run))

    @display(description=_("change"), ordering="change")
    def change_badge(self, row: SyncRow) -> SafeString:
        """Return what the record means for Norce as a badge."""
        change = SyncRow.Change(row.change)
        return badge(str(change.label), CHANGE_TONES[change], CHANGE_SIGNS[change])

    @display(description=_("outcome"), ordering="action")
    def action_badge(self, row: SyncRow) -> SafeString | str:
        """Return how far the record has come as a badge, nothing for one that goes nowhere."""
        if row.change in STAYS:
            return ""
        return badge(row.get_action_display(), ROW_TONES[SyncRow.Action(row.action)])

    @display(description=_("batch"), ordering="batch")
    def batch_link(self, row: SyncRow) -> SafeString | str:
        """Return a link to the records of the same call."""
        if row.batch is None:
            return ""
        return link(list_url("hub_syncrow", run__id__exact=str(row.run_id), batch__exact=str(row.batch)), row.batch)

    @display(description=_("message"))
    def whole_message(self, row: SyncRow) -> str:
        """Return the message in the reader's language."""
        return row.reason

    @display(description=_("message"))
    def short_message(self, row: SyncRow) -> str:
        """Return the message, cut for a list."""
        return short(row.reason)

    @display(description=_("differences"))
    def some_fields(self, row: SyncRow) -> SafeString | str:
        """Return the first differences, and how many more there are."""
        found = differences(row.changes)
        shown = [(one.field, short(one.old, 30), short(one.new, 30)) for one in found[:FIELDS_SHOWN]]
        text = format_html_join("", '<span class="hub-diff">{}: {} → {}</span>', shown)
        more = len(found) - FIELDS_SHOWN
        return format_html("{}{}", text, gettext("and %(n)d more") % {"n": more}) if more > 0 else text

    @display(description=_("differences"))
    def all_fields(self, row: SyncRow) -> SafeString:
        """Return all differences as a table."""
        return render_to_string("admin/hub/run/differences.html", {"differences": differences(row.changes)})

    @display(description=_("record for Norce"))
    def record(self, row: SyncRow) -> SafeString | str:
        """Return the record as it is sent, laid out for reading: its numbers are exact, personal data is masked."""
        if not row.payload:
            return gettext("Nothing of it is sent.")
        return preformatted(whole(shown_to_all("", _sent(row))))

    def has_personal_data(self, obj: SyncRow) -> bool:
        """Return whether the row's contents are kept."""
        return bool(obj.payload or obj.changes)

    def personal_data(self, obj: SyncRow) -> Sequence[Shown]:
        """Return the record as it is sent and what differs, nothing masked but what nobody needs to see."""
        parts = {gettext("The record for Norce"): _sent(obj), gettext("Differences"): obj.changes}
        return [Shown(title=title, text=whole(part)) for title, part in parts.items() if part]


def _sent(row: SyncRow) -> dict[str, Any]:
    """Return the record as it is sent, empty where nothing is."""
    if not row.payload:
        return {}
    sent = row.payload if row.norce_id is None else with_id(row.payload, row.norce_id)
    return dict(simplejson.loads(sent, use_decimal=True))
