"""A change of the value mappings is shown before it is saved: what it would do, then *Save* or *Back*."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.actions import delete_selected as delete_rows
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub import impact
from hub.admin.mapping_files import may_edit
from hub.admin.mapping_waiting import lead_to_waiting
from hub.admin.theme import ModelAdmin, action
from hub.impact import Impact, Proposal
from hub.mapping_files import COLUMNS
from hub.models import Application, ValueMapping
from hub.models.configuration import ValueKind

LISTED = 20
SHOWN = "shown"
BACK = "_back"
REASON = "reason"


class MappingQuestionAdmin(ModelAdmin):
    """Asks before a mapping is saved or deleted; what happens then is what was shown, else it is shown again."""

    actions = ("delete_selected",)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Save a mapping once its impact was shown, at once when there is none; else show it."""
        if BACK in request.POST:
            # The page is the form again, and nothing is saved: what was typed is put into it below.
            request.method = "GET"
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        shown, parts = request.POST.get(SHOWN, ""), []
        if not shown and (proposal := self.proposed(request, object_id)):
            shown, parts = proposal.digest, impact.collect(proposal)
            if any(part.asks for part in parts):
                return self._ask_to_save(request, proposal, parts)
        with transaction.atomic():
            impact.take_turns()
            now = self.proposed(request, object_id)
            if now is None or now.digest == shown:
                response = super().changeform_view(request, object_id, form_url, extra_context)
        if now is not None and now.digest != shown:
            return self._ask_to_save(request, now, impact.collect(now))
        if isinstance(response, HttpResponseRedirect):
            _tell(request, parts)
            lead_to_waiting(request)
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Fill the form with what was typed when somebody comes back from the question."""
        if BACK in request.POST:
            typed = {name: request.POST.get(name, "") for name in (*COLUMNS, REASON)}
            context["adminform"].form.initial.update(typed)
        return super().render_change_form(request, context, *args, **kwargs)

    def proposed(self, request: HttpRequest, object_id: str | None) -> Proposal | None:
        """Return what the posted form would make of the mappings, None for a form that is not to be saved."""
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if not may_edit(request) or (object_id and row is None):
            return None
        gone = {impact.key_of(row)} if row else set()
        form = self.get_form(request, row, change=row is not None)(request.POST, instance=row)
        if not form.is_valid():
            return None
        return impact.propose(gone=gone, put={impact.key_of(form.instance): form.instance.erp_value})

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Delete a mapping once its impact was shown."""
        row = self.get_object(request, unquote(object_id))
        delete = super().delete_view
        if row is None or not may_edit(request):
            return delete(request, object_id, extra_context)
        back = reverse("admin:hub_valuemapping_change", args=[row.pk])
        response: HttpResponse = self._delete(request, [row], back, lambda: delete(request, object_id, extra_context))
        return response

    @action(description=gettext_lazy("Delete selected value mappings…"), permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[ValueMapping]) -> HttpResponse | None:
        """Delete some mappings once their impact was shown."""
        back = request.get_full_path()
        response: HttpResponse | None = self._delete(
            request, queryset, back, lambda: delete_rows(self, request, queryset)
        )
        return response

    def _delete(self, request: HttpRequest, rows: Collection[ValueMapping], back: str, deed: Callable[[], Any]) -> Any:
        """Do it where its impact was shown and a reason is given, else show it and ask why."""
        with transaction.atomic():
            impact.take_turns()
            proposal = impact.propose(gone={impact.key_of(row) for row in rows})
            agreed = request.POST.get(SHOWN) == proposal.digest
            if agreed and request.POST.get(REASON, "").strip():
                return deed()
        kept = {**dict(request.POST.lists()), "post": ["yes"]}
        kept.pop(REASON, None)
        words = {"title": _("Delete value mappings?"), "press": _("Delete"), "back": back}
        return self._ask(
            request, proposal, impact.collect(proposal), kept, asks_why=True, reason_missing=agreed, **words
        )

    def _ask_to_save(self, request: HttpRequest, proposal: Proposal, parts: Sequence[Impact]) -> HttpResponse:
        words = {"title": _("Save this value mapping?"), "press": _("Save")}
        return self._ask(request, proposal, parts, dict(request.POST.lists()), **words)

    def _ask(
        self,
        request: HttpRequest,
        proposal: Proposal,
        parts: Sequence[Impact],
        kept: dict[str, list[str]],
        **words: Any,
    ) -> HttpResponse:
        """Return the page that shows what would change and what that does; its buttons post what is ``kept``."""
        if request.POST.get(SHOWN, proposal.digest) != proposal.digest:
            messages.warning(request, _("The mappings have changed in the meantime: look once more."))
        kept[SHOWN] = [proposal.digest]
        kept.pop("csrfmiddlewaretoken", None)
        context = {
            **self.admin_site.each_context(request),
            **words,
            "opts": self.opts,
            "mappings": _changes(proposal),
            "more": max(len(proposal.keys) - LISTED, 0),
            "parts": parts,
            "hidden": [(name, value) for name, values in kept.items() for value in values],
        }
        return TemplateResponse(request, "admin/hub/mapping_question.html", context)


def _changes(proposal: Proposal) -> list[dict[str, Any]]:
    """Return the first mappings that would be added, changed or deleted."""
    names = dict(Application.objects.values_list("key", "name"))
    return [
        {
            "kind": ValueKind(key[0]).label,
            "application": names.get(key[1], key[1]),
            "norce_value": key[2],
            "before": proposal.before.get(key),
            "after": proposal.after.get(key),
        }
        for key in sorted(proposal.keys)[:LISTED]
    ]


def _tell(request: HttpRequest, parts: Sequence[Impact]) -> None:
    """Say that what was saved without a question does nothing to orders and customers."""
    for part in parts:
        texts = [text for text, _tone in part.figures] or [part.note]
        messages.info(request, f"{part.title}: {' '.join(texts)}")
