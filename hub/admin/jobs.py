"""Norce jobs in the admin: which take too long, and which may be started again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub import restarts
from hub.admin.badges import badge, state_badge
from hub.admin.base import BIGINT_DIGITS, WorkItemAdmin, typed_number
from hub.admin.links import item_url, link, list_url
from hub.admin.reasons import ReasonForm, reason_dialog
from hub.admin.theme import action
from hub.admin.work import ENDED
from hub.models import NorceJob, WorkItem
from hub.models.work import State
from hub.work_titles import run_title

OPEN = (State.PENDING, State.RUNNING, State.SUBMITTED)


def late_before() -> datetime:
    """Return the moment before which an open job must have been made to be late (HUB_JOB_LEAD_MINUTES)."""
    return timezone.now() - timedelta(minutes=settings.HUB_JOB_LEAD_MINUTES)


def late_jobs() -> QuerySet[NorceJob]:
    """Return the jobs that Norce has not ended in time."""
    return NorceJob.objects.filter(state__in=OPEN, finished_at=None, created_at__lt=late_before())


class LateFilter(SimpleListFilter):
    """Jobs that Norce has not ended in time."""

    title = _("lead time")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("yes", _("Not ended in time"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[NorceJob]) -> QuerySet[NorceJob]:
        """Keep the late ones."""
        if self.value() is None:
            return queryset
        return queryset.filter(state__in=OPEN, finished_at=None, created_at__lt=late_before())


@register(NorceJob)
class NorceJobAdmin(WorkItemAdmin):
    """A job that Norce made of one import call."""

    list_display = ("job_id", "method", "run_link", "state_and_delay", "norce_status", "total", "failed", "created_at")
    list_filter = ("state", "norce_status", LateFilter)
    list_select_related = ("run",)
    search_fields = ("job_id__exact",)
    search_help_text = _("Exact: Norce's job number")
    actions_detail = ("restart_job", "retry", "cancel")
    fieldsets = (
        (None, {"fields": (("job_id", "method"), ("state_and_delay", "norce_status"), ("run_link", "batch_link"))}),
        (None, {"fields": (("total", "failed"), "restart_words", "restarted_from", "log_text")}),
        ENDED,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[NorceJob]:
        """Leave the logs in the database."""
        return super().get_queryset(request).defer("log")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find a job by its number; anything else than a number finds nothing."""
        term = search_term.strip()
        if term and typed_number(term, BIGINT_DIGITS) is None:
            return queryset.none(), False
        return super().get_search_results(request, queryset, term)

    def legal_buttons(self, obj: WorkItem) -> set[str]:
        """Restart only what Norce would restart and what can overwrite nothing newer."""
        assert isinstance(obj, NorceJob)
        return super().legal_buttons(obj) | (set() if restarts.why_not(obj) else {"restart_job"})

    @action(
        description=_("Restart job"),
        icon="restart_alt",
        permissions=["retry"],
        dialog=reason_dialog(
            _("Let Norce run this job again?"),
            _("Norce takes the records of this call once more, as they were sent then."),
            _("Restart"),
        ),
    )
    def restart_job(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Let Norce run the job's payload again."""
        reason = form.cleaned_data["reason"]
        done = gettext("Norce is asked to run the job again.")
        return self.do(request, object_id, lambda job, by: restarts.restart(job, by=by, reason=reason), done)

    @display(description=_("run"))
    def run_link(self, job: NorceJob) -> SafeString:
        """Return a link to the run."""
        return link(item_url(job.run), run_title(job.run))

    @display(description=_("state"), ordering="state")
    def state_and_delay(self, job: NorceJob) -> SafeString:
        """Return the state as a badge, and a second one when Norce takes too long."""
        late = job.state in OPEN and job.finished_at is None and job.created_at < late_before()
        if not late:
            return state_badge(job)
        text = gettext("over %(minutes)d minutes") % {"minutes": settings.HUB_JOB_LEAD_MINUTES}
        return format_html("{} {}", state_badge(job), badge(text, "bad"))

    @display(description=_("batch"))
    def batch_link(self, job: NorceJob) -> SafeString:
        """Return a link to the records of the call."""
        return link(list_url("hub_syncrow", run__id__exact=str(job.run_id), batch__exact=str(job.batch)), job.batch)

    @display(description=_("restart"))
    def restart_words(self, job: NorceJob) -> str:
        """Return whether the job can be restarted, or why not."""
        return restarts.why_not(job) or gettext("Norce can run this job again.")

    @display(description=_("log"))
    def log_text(self, job: NorceJob) -> str:
        """Return what Norce's log says."""
        return "\n".join(str(entry.get("message", "")) for entry in job.log)
