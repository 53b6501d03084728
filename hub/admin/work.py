"""Work, runs and Norce jobs in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display, register
from django.db.models import Case, IntegerField, Model, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from hub import runs
from hub.admin.badges import badge
from hub.admin.base import WorkItemAdmin
from hub.admin.links import item_url, link, list_url, subject_link
from hub.admin.reasons import back_to
from hub.admin.theme import ActionVariant, BaseDialogForm, TabularInline, action
from hub.models import NorceJob, OutboxMessage, SyncRow, SyncRun
from hub.timeline import work_title

CODE_REPORTS = "code_reports"
ROW_TONES = {
    SyncRow.Action.FAILED: "bad",
    SyncRow.Action.SKIPPED: "wait",
    SyncRow.Action.SENT: "busy",
    SyncRow.Action.PLANNED: "busy",
    SyncRow.Action.ACCEPTED: "good",
}
ENDED: Any = (None, {"fields": (("created_at", "started_at", "finished_at"), "attempt_list")})


def run_title(run: SyncRun) -> str:
    """Return what a run does in words, with its number."""
    names = {CODE_REPORTS: gettext("ERP codes to Norce")}
    return f"{names.get(run.resource, run.resource)} {run.pk}"


@register(OutboxMessage)
class OutboxMessageAdmin(WorkItemAdmin):
    """One thing to tell one system."""

    list_display = ("title", "about", "system", "state_badge", "short_reason", "attempts", "created_at")
    list_filter = ("state", "error_kind")
    search_fields = ("subject__exact", "key__exact")
    search_help_text = _("Exact: order:17 or the key of a work item")
    fieldsets = (
        (None, {"fields": (("title", "state_badge"), ("about", "system"), ("attempts", "not_before"), "key")}),
        ENDED,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        """Leave the payloads in the database."""
        return super().get_queryset(request).defer("payload")

    @display(description=_("work"))
    def title(self, item: OutboxMessage) -> str:
        """Return what the message does, in words."""
        return work_title(item.kind)

    @display(description=_("about"))
    def about(self, item: OutboxMessage) -> SafeString | str:
        """Return a link to what the message is about."""
        return subject_link(item.subject)


class SyncRowInline(TabularInline):
    """The rows of a run, those that were not taken first."""

    model = SyncRow
    fields = ("about", "erp_code", "outcome", "message")
    readonly_fields = fields
    per_page = 25
    can_delete = False
    max_num = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRow]:
        """Put refused rows first, then skipped ones."""
        first = Case(
            When(action=SyncRow.Action.FAILED, then=Value(0)),
            When(action=SyncRow.Action.SKIPPED, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return super().get_queryset(request).order_by(first, "pk")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody edits rows."""
        return False

    @display(description=_("about"))
    def about(self, row: SyncRow) -> SafeString | str:
        """Return a link to the customer or company."""
        return subject_link(row.subject)

    @display(description=_("outcome"))
    def outcome(self, row: SyncRow) -> SafeString:
        """Return what was done with the row as a badge."""
        return badge(row.get_action_display(), ROW_TONES[SyncRow.Action(row.action)])


class StartForm(BaseDialogForm):
    """Asks how much a run shall take."""

    mode = forms.ChoiceField(
        label=_("What to report"),
        choices=(
            (SyncRun.Mode.DELTA, _("Codes that wait to be reported")),
            (SyncRun.Mode.FULL, _("Those, and the codes that Norce refused or did not know")),
        ),
        widget=UnfoldAdminSelectWidget(),
    )


@register(SyncRun)
class SyncRunAdmin(WorkItemAdmin):
    """One pass over a resource."""

    list_display = (
        "title",
        "mode",
        "state_badge",
        "count_read",
        "count_changed",
        "count_skipped",
        "count_failed",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "mode")
    inlines = (SyncRowInline,)
    actions_list = ("start_code_report",)
    fieldsets = (
        (None, {"fields": (("title", "state_badge"), ("mode", "application_key"))}),
        (None, {"fields": (("count_read", "count_changed"), ("count_skipped", "count_failed"), "job_links")}),
        ENDED,
    )

    @display(description=_("run"))
    def title(self, run: SyncRun) -> str:
        """Return the resource in words, with the run's number."""
        return run_title(run)

    @display(description=_("Norce jobs"))
    def job_links(self, run: SyncRun) -> SafeString | str:
        """Return a link to the run's jobs."""
        return link(list_url("hub_norcejob", run__id__exact=str(run.pk)), gettext("Show the jobs of this run"))

    @action(
        description=_("Report ERP codes"),
        icon="play_arrow",
        permissions=["retry"],
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Report ERP codes to Norce?"),
            "description": _("The workers start at once; one run goes at a time."),
            "form_class": StartForm,
            "form_submit_text": _("Start"),
        },
    )
    def start_code_report(self, request: HttpRequest, form: StartForm) -> HttpResponse:
        """Start a run, or show the one that is active."""
        by = request.user.get_username()
        run = runs.start(resource=CODE_REPORTS, by=by, mode=form.cleaned_data["mode"])
        if run is not None:
            messages.success(request, gettext("The run has been started."))
            return back_to(request, item_url(run))
        messages.warning(request, gettext("A run is under way already: wait for its end, or retry or cancel it."))
        active = runs.active(resource=CODE_REPORTS)
        return back_to(request, item_url(active) if active else list_url("hub_syncrun"))


@register(NorceJob)
class NorceJobAdmin(WorkItemAdmin):
    """A job that Norce made of one import call."""

    list_display = ("job_id", "method", "run_link", "state_badge", "norce_status", "total", "failed", "created_at")
    list_filter = ("state", "norce_status")
    list_select_related = ("run",)
    search_fields = ("job_id__exact",)
    search_help_text = _("Exact: Norce's job number")
    fieldsets = (
        (None, {"fields": (("job_id", "method"), ("state_badge", "norce_status"), ("run_link", "batch"))}),
        (None, {"fields": (("total", "failed"), "log_text")}),
        ENDED,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[NorceJob]:
        """Leave the logs in the database."""
        return super().get_queryset(request).defer("log")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find a job by its number; anything else than a number finds nothing."""
        term = search_term.strip()
        if term and not (term.isascii() and term.isdigit() and len(term) < 19):
            return queryset.none(), False
        return super().get_search_results(request, queryset, term)

    @display(description=_("run"))
    def run_link(self, job: NorceJob) -> SafeString:
        """Return a link to the run."""
        return link(item_url(job.run), job.run.pk)

    @display(description=_("log"))
    def log_text(self, job: NorceJob) -> str:
        """Return what Norce's log says."""
        return "\n".join(str(entry.get("message", "")) for entry in job.log)
