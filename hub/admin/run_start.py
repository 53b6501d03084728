"""The buttons that start runs: full, delta or preview, of customers, companies or codes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from hub import registry, runs
from hub.admin.base import LegalButtonsAdmin
from hub.admin.links import item_url, link, list_url
from hub.admin.reasons import back_to
from hub.admin.run_words import application_names
from hub.admin.theme import ActionVariant, BaseDialogForm, action
from hub.models import SyncRun
from hub.models.runs import ACTIVE
from hub.work_titles import resource_title, run_title

Mode = SyncRun.Mode


def resource_choices() -> list[tuple[str, str]]:
    """Return the resources there are, in words."""
    return [(name, resource_title(name)) for name in registry.resources()]


def planned_choices() -> list[tuple[str, str]]:
    """Return the resources that have full runs and previews, in words."""
    return [(name, resource_title(name)) for name in registry.resources(with_plans=True)]


class StartForm(BaseDialogForm):
    """Asks which register a run shall go over, and says how many runs that makes."""

    form_before_template = "admin/hub/run/start.html"

    resource = forms.ChoiceField(label=_("What"), choices=resource_choices, widget=UnfoldAdminSelectWidget())

    def get_before_template_context(self, request: HttpRequest, object_id: str | None = None) -> dict[str, Any]:
        """Return, for each resource, the applications it runs for."""
        names = application_names()
        each = [(resource_title(name), registry.resource(name).applications()) for name in registry.resources()]
        return {"each": [(title, [names.get(key, key) for key in keys]) for title, keys in each]}


class FullForm(StartForm):
    """Offers what can be gone over in full."""

    resource = forms.ChoiceField(label=_("What"), choices=planned_choices, widget=UnfoldAdminSelectWidget())


class PreviewForm(FullForm):
    """Asks also which kind of run shall be tried."""

    mode = forms.ChoiceField(label=_("mode"), choices=Mode.choices, initial=Mode.FULL, widget=UnfoldAdminSelectWidget())


def dialog(title: Any, description: Any, form: type[BaseDialogForm]) -> dict[str, Any]:
    """Return the description of a dialog that starts runs."""
    return {"title": title, "description": description, "form_class": form, "form_submit_text": _("Start")}


class StartButtonsAdmin(LegalButtonsAdmin):
    """The buttons on the list of runs; a person who may approve runs may start them."""

    actions_list = ("start_full", "start_delta", "start_preview")

    def has_approve_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may start and approve runs."""
        return request.user.has_perm("hub.approve_run")

    @action(
        description=_("Full sync"),
        icon="sync",
        permissions=["approve"],
        variant=ActionVariant.PRIMARY,
        dialog=dialog(
            _("Start a full sync?"),
            _(
                "Everything in the ERP is read and compared with what Norce has accepted. What is new or changed is "
                "sent; who is missing in the ERP is deactivated in Norce. If that looks wrong, the run is held and "
                "nothing is sent. Of the codes, those that Norce refused or did not know are tried again."
            ),
            FullForm,
        ),
    )
    def start_full(self, request: HttpRequest, form: FullForm) -> HttpResponse:
        """Start full runs."""
        return start(request, resource=form.cleaned_data["resource"], mode=Mode.FULL, dry_run=False)

    @action(
        description=_("Delta"),
        icon="play_arrow",
        permissions=["approve"],
        dialog=dialog(
            _("Start a delta?"),
            _(
                "Only what has changed since the last run that went well is read and sent: in the ERP, or in Norce "
                "where changes go the other way. Nobody is deactivated for being missing."
            ),
            StartForm,
        ),
    )
    def start_delta(self, request: HttpRequest, form: StartForm) -> HttpResponse:
        """Start delta runs."""
        return start(request, resource=form.cleaned_data["resource"], mode=Mode.DELTA, dry_run=False)

    @action(
        description=_("Preview"),
        icon="preview",
        permissions=["approve"],
        dialog=dialog(
            _("Start a preview?"),
            _(
                "The ERP is read and the exact calls are built, but nothing is sent to Norce. "
                "Look at the rows, and make it real when they are right."
            ),
            PreviewForm,
        ),
    )
    def start_preview(self, request: HttpRequest, form: PreviewForm) -> HttpResponse:
        """Start previews."""
        return start(request, resource=form.cleaned_data["resource"], mode=form.cleaned_data["mode"], dry_run=True)


def start(request: HttpRequest, *, resource: str, mode: str, dry_run: bool) -> HttpResponse:
    """Start a resource's runs and lead to them; name those that are active already and keep others out."""
    by = request.user.get_username()
    started = runs.start_all(resource=resource, by=by, mode=mode, dry_run=dry_run)
    active = SyncRun.objects.filter(resource=resource, dry_run=dry_run, state__in=ACTIVE)
    tell(request, started, active.exclude(pk__in=[run.pk for run in started]))
    return back_to(request, item_url(started[0]) if len(started) == 1 else list_url("hub_syncrun"))


def tell(request: HttpRequest, started: list[SyncRun], kept_out_by: QuerySet[SyncRun]) -> None:
    """Say how many runs were started, and which active ones kept others out."""
    if started:
        text = ngettext("The run has been started.", "%(n)d runs have been started.", len(started))
        messages.success(request, text % {"n": len(started)})
    for run in kept_out_by.order_by("pk"):
        text = gettext("A run is under way already: wait for its end, or retry or cancel it.")
        messages.warning(request, format_html("{} {}", text, link(item_url(run), run_title(run))))
