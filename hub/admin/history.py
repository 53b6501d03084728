"""Ask why with every change and deletion, and show who changed what, when and why."""

from __future__ import annotations

from typing import Any, cast

from django.apps import apps
from django.contrib import messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.utils import flatten_fieldsets
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern
from django.utils.text import capfirst
from django.utils.translation import gettext
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from hub.admin.reasons import SAY_WHY, ReasonField
from hub.admin.theme import ModelAdmin, ModelForm

REASON = "reason"


class ReasonedAdmin(ModelAdmin):
    """Pages that ask why a row is changed or deleted, and why it is added if there is something to say.

    The reason is kept in Django's log of what people do, and in the row's history where it has one.
    """

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Add the question why."""
        if self._may_write(request, obj):
            plain = getattr(self, "add_form", self.form) if obj is None else self.form
            options["form"] = _asking(options.get("form", plain), required=obj is not None)
        return super().get_form(request, obj, change=change, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the question last."""
        return self.with_reason(request, obj, super().get_fieldsets(request, obj))

    def with_reason(self, request: HttpRequest, obj: Any, fieldsets: Any) -> Any:
        """Return fieldsets with the question behind them, where it is asked and not among them already."""
        if not self._may_write(request, obj) or REASON in flatten_fieldsets(fieldsets):
            return fieldsets
        return (*fieldsets, (None, {"fields": (REASON,)}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the reason to the row's history."""
        obj._change_reason = form.cleaned_data.get(REASON, "")
        super().save_model(request, obj, form, change)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Return the reason and the names of what was changed."""
        reason = form.cleaned_data.get(REASON)
        if not reason:
            return super().construct_change_message(request, form, formsets, add)
        names = [str(form.fields[name].label) for name in form.changed_data if name != REASON]
        return reason if add or not names else f"{reason} ({', '.join(names)})"

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask why before a row is deleted."""
        if _lacks_reason(request):
            request.POST = QueryDict()
        return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Ask why before many are deleted."""
        if request.POST.get("action") == "delete_selected" and "post" in request.POST and _lacks_reason(request):
            asked = request.POST.copy()
            del asked["post"]
            request.POST = asked  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Leave out rows that only bind two others together: they have no name of their own."""
        listed, counts, lacking, protected = super().get_deleted_objects(objs, request)
        ties = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
        names = tuple(f"{capfirst(tie.verbose_name)}: " for tie in ties)
        plurals = {tie.verbose_name_plural for tie in ties}
        counts = {name: number for name, number in counts.items() if name not in plurals}
        return _without(listed, names), counts, lacking, protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Hand the reason to the row's history."""
        obj._change_reason = _reason(request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete one by one, each with the reason."""
        with transaction.atomic():
            for obj in queryset:
                self.delete_model(request, obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Log the deletions with the reason."""
        return LogEntry.objects.log_actions(
            cast(int, request.user.pk), queryset, DELETION, change_message=_reason(request)
        )

    def _may_write(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)


class StateWords(HistoricalRecordContextHelper):  # type: ignore[misc]
    """Values of two states as people read them."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """Return a choice by its label, a switch as yes or no, a list of words with commas."""
        field = self.model._meta.get_field(change.field)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(value, list) and not field.many_to_many:
            return ", ".join(map(str, value))
        choices = dict(getattr(field, "flatchoices", ()) or ())
        return choices[value] if choices and value in choices else super().prepare_delta_change_value(change, value)


class HistoryAdmin(SimpleHistoryAdmin, ReasonedAdmin):  # type: ignore[misc]
    """Pages of rows whose states are kept. Nobody goes back to an earlier one with a button: change it, and say why."""

    object_history_template = "admin/hub/history.html"

    def get_urls(self) -> list[URLPattern]:
        """Leave the page out that shows one state: its form would be taken from whoever may look at it."""
        left_out = f"{self.opts.app_label}_{self.opts.model_name}_simple_history"
        return [url for url in super().get_urls() if url.name != left_out]

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Model) -> StateWords:
        """Return what puts a state into words."""
        return StateWords(self.model, historical_record)


def _asking(form: type[ModelForm], *, required: bool) -> type[ModelForm]:
    """Return a form that asks why too."""
    question = ReasonField(required=required, rows=2, focus=False)
    asking: type[ModelForm] = type(form.__name__, (form,), {REASON: question})
    return asking


def _reason(request: HttpRequest) -> str:
    return request.POST.get(REASON, "").strip()


def _lacks_reason(request: HttpRequest) -> bool:
    """Return whether somebody has confirmed a deletion without saying why, and tell them."""
    if request.method != "POST" or _reason(request):
        return False
    messages.error(request, SAY_WHY)
    return True


def _without(listed: list[Any], names: tuple[str, ...]) -> list[Any]:
    """Return a nested list without the lines that begin with one of the names."""
    kept = [_without(entry, names) if isinstance(entry, list) else entry for entry in listed]
    return [entry for entry in kept if entry and not (isinstance(entry, str) and entry.startswith(names))]
