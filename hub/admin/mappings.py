"""Value mappings in the admin: the ERP's words for Norce's values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from hub.admin.configuration import ApplicationFilter, application_choices
from hub.admin.history import HistoryAdmin
from hub.admin.mapping_files import MappingFilesAdmin, may_edit
from hub.admin.mapping_question import MappingQuestionAdmin
from hub.admin.mapping_waiting import MappingWaitingAdmin, lead_to_waiting
from hub.admin.theme import ModelForm
from hub.models import Application, ValueMapping


class ValueMappingForm(ModelForm):
    """The application as a choice."""

    application_key = forms.ChoiceField(label=_("Application"), required=False, widget=UnfoldAdminSelectWidget())

    class Meta:
        model = ValueMapping
        fields = ("kind", "application_key", "norce_value", "erp_value")

    class Media:
        js = ("hub/mapping_form.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the applications there are."""
        super().__init__(*args, **kwargs)
        field = self.fields["application_key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = application_choices(self.instance.application_key)


@register(ValueMapping)
class ValueMappingAdmin(MappingFilesAdmin, MappingWaitingAdmin, MappingQuestionAdmin, HistoryAdmin):
    """The ERP's word for a Norce value."""

    form = ValueMappingForm
    list_display = ("norce_value", "erp_value", "kind", "application")
    list_filter = ("kind", ApplicationFilter)
    search_fields = ("norce_value", "erp_value")
    search_help_text = _("Norce value or ERP value")
    ordering = ("kind", "norce_value", "application_key")
    change_form_before_template = "admin/hub/mapping_form.html"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the user may edit mappings."""
        return may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may edit mappings."""
        return may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may edit mappings."""
        return may_edit(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may see mappings, as who edits them does."""
        return super().has_view_permission(request, obj) or may_edit(request)

    @display(description=_("application"), ordering="application_key")
    def application(self, row: Any) -> str:
        """Return the application's name, or that the row is for all."""
        return str(row.application_name or row.application_key or gettext("All applications"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ValueMapping]:
        """Add the applications' names in the same query."""
        name = Application.objects.filter(key=OuterRef("application_key")).values("name")[:1]
        rows: QuerySet[ValueMapping] = super().get_queryset(request).annotate(application_name=Subquery(name))
        return rows

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """After an import, say how much work can go on with it."""
        response = super().process_result(result, request)
        lead_to_waiting(request)
        return response
