"""The buttons of a run's page: approve what is held, make a preview real."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub import runs
from hub.admin.base import BIGINT_DIGITS, WorkItemAdmin, typed_number
from hub.admin.links import item_url, list_url
from hub.admin.reasons import ReasonForm, back_to, reason_dialog
from hub.admin.run_page import question
from hub.admin.run_start import tell
from hub.admin.theme import ActionVariant, BaseDialogForm, action
from hub.models import SyncRun, WorkItem
from hub.models.runs import ACTIVE
from hub.models.work import State


class ApproveForm(ReasonForm):
    """Shows the numbers that are released; ``plan`` is the plan they are of, so that no other one is."""

    form_before_template = "admin/hub/run/plan.html"

    plan = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Look the plan up."""
        super().__init__(*args, **kwargs)
        number = typed_number(str(self.object_id), BIGINT_DIGITS) or 0
        self.run = SyncRun.objects.filter(pk=number).first()
        self.fields["plan"].initial = self.run.plan if self.run else ""

    def get_before_template_context(self, request: HttpRequest, object_id: str | None = None) -> dict[str, Any]:
        """Return the numbers, none when the run is not held or has another plan than the dialog was opened with."""
        seen = self.data.get("plan", self.run and self.run.plan)
        shown = self.run and self.run.state == State.HELD and self.run.plan == seen
        return {"numbers": question(self.run) if self.run and shown else []}


class RunButtonsAdmin(WorkItemAdmin):
    """Approve, Make it real, Retry and Cancel, each where the run's state allows it."""

    actions_detail = ("approve", "make_real", "retry", "cancel")

    def legal_buttons(self, obj: WorkItem) -> set[str]:
        """Approve a held plan, which a Retry would only hold again; make a finished preview real."""
        assert isinstance(obj, SyncRun)
        legal = super().legal_buttons(obj)
        if obj.state == State.HELD and obj.plan:
            legal = legal - {"retry"} | {"approve"}
        return legal | {"make_real"} if obj.dry_run and obj.state == State.DONE else legal

    @action(
        description=_("Approve"),
        icon="check",
        permissions=["approve"],
        variant=ActionVariant.PRIMARY,
        dialog=reason_dialog(
            _("Let this run send its plan?"),
            _("Exactly what you see here is sent to Norce. If the plan has changed since, it is refused."),
            _("Approve"),
            ApproveForm,
        ),
    )
    def approve(self, request: HttpRequest, form: ApproveForm, object_id: str) -> HttpResponse:
        """Let a held run go on with the plan the person has seen."""
        said = form.cleaned_data
        return self.do(
            request,
            object_id,
            lambda run, by: runs.approve(run, by=by, reason=said["reason"], plan=said["plan"]),
            gettext("The run is approved and sends its plan."),
        )

    @action(
        description=_("Make it real"),
        icon="send",
        permissions=["approve"],
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Start the same run for real?"),
            "description": _(
                "The ERP is read again, so what has changed there since the preview counts. What is new or changed is "
                "sent to Norce; if it looks wrong, the run is held and nothing is sent."
            ),
            "form_submit_text": _("Start"),
        },
    )
    def make_real(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Start the run that a preview has shown."""
        preview = self.get_object(request, unquote(object_id))
        if preview is None or "make_real" not in self.legal_buttons(preview):
            return back_to(request, list_url("hub_syncrun"))
        same = {"resource": preview.resource, "application_key": preview.application_key}
        run = runs.start(**same, by=request.user.get_username(), mode=preview.mode)
        active = SyncRun.objects.filter(**same, dry_run=False, state__in=ACTIVE)
        tell(request, [run] if run else [], active.none() if run else active)
        if run:
            self.log_change(request, preview, gettext("Made real as run %(n)d.") % {"n": run.pk})
        return back_to(request, item_url(run or preview))
