"""How far the ERP's code has come to Norce, and letting it be reported once more: one, or many."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.admin_compare import is_forgotten
from customers.models import Binding
from hub.admin.badges import badge
from hub.admin.bulk import SHOWN, ask, reason_given
from hub.admin.links import item_url
from hub.admin.reasons import ReasonForm, back_to, because, reason_dialog
from hub.admin.theme import ModelAdmin, action

REPORT_TONES = {
    Binding.Report.NOT_NEEDED: "good",
    Binding.Report.DUE: "busy",
    Binding.Report.SENT: "busy",
    Binding.Report.ACCEPTED: "good",
    Binding.Report.UNKNOWN: "wait",
    Binding.Report.FAILED: "bad",
}


class ReportingAdmin(ModelAdmin):
    """The state of the code's report, and the buttons that let the next run report it again; both ask why."""

    actions = ("report_selected",)
    actions_detail = ("report_again",)

    @display(description=_("code in Norce"), ordering="report")
    def report_badge(self, row: Binding) -> SafeString:
        """Return how far the code has come as a badge."""
        report = Binding.Report(row.report)
        return badge(str(report.label), REPORT_TONES[report])

    @action(
        description=_("Report the code again"),
        icon="upload",
        permissions=["change"],
        dialog=reason_dialog(
            _("Report the code again?"), _("The next run sends this ERP code to Norce."), _("Report"), ReasonForm
        ),
    )
    def report_again(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Let the next run report this row's code."""
        row = self.get_object(request, unquote(object_id))
        if row is None or is_forgotten(row):
            return back_to(request, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        make_due(self.model._default_manager.filter(pk=row.pk), request.user, form.cleaned_data["reason"])
        messages.success(request, gettext("The next run reports the code to Norce."))
        return back_to(request, item_url(row))

    @action(description=_("Report the codes again…"), permissions=["change"])
    def report_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask why, then let the next run report the selected rows' codes."""
        rows = queryset.filter(forgotten_at=None).order_by("pk")
        number = rows.count()
        if not number:
            messages.warning(request, gettext("Norce has forgotten whom you selected: there is nothing to report."))
            return None
        reason = reason_given(request)
        if not reason:
            return self._ask(request, rows, number)
        make_due(rows, request.user, reason)
        text = ngettext("The next run reports %(n)d code.", "The next run reports %(n)d codes.", number)
        messages.success(request, text % {"n": number})
        return None

    def _ask(self, request: HttpRequest, rows: QuerySet[Any], number: int) -> HttpResponse:
        return ask(
            self,
            request,
            template="admin/customers/binding/report.html",
            title=gettext("Report the codes again"),
            number=number,
            names=[str(row) for row in rows[:SHOWN]],
            more=max(number - SHOWN, 0),
        )


def make_due(rows: QuerySet[Any], user: Any, reason: str) -> None:
    """Let the next run report the codes of rows, and log of each who wants it and why."""
    with transaction.atomic():
        done = because(reason, gettext("Report the code again"))
        LogEntry.objects.log_actions(user.pk, rows, CHANGE, change_message=done)
        rows.update(report=Binding.Report.DUE, report_error="")
