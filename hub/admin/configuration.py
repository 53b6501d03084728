"""What people set: applications and value mappings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from hub.admin.links import list_url
from hub.admin.mapping_files import MappingFilesAdmin
from hub.admin.theme import ModelAdmin, ModelForm
from hub.models import Application, OutboxMessage, ValueMapping
from hub.models.work import TROUBLED, ErrorKind

COUNTED = 1000


def application_choices(present: str = "") -> list[tuple[str, Any]]:
    """Return all applications by key, all of them at once (blank) first, and a key that is no longer known."""
    choices: list[tuple[str, Any]] = [("", _("All applications"))]
    choices += [(row.key, f"{row.name} ({row.number})") for row in Application.objects.order_by("number")]
    if present and present not in dict(choices):
        choices.append((present, present))
    return choices


class ApplicationFilter(SimpleListFilter):
    """Rows of one application."""

    title = _("application")
    parameter_name = "application_key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the applications."""
        return application_choices()[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the chosen application."""
        return queryset.filter(application_key=self.value()) if self.value() else queryset


@register(Application)
class ApplicationAdmin(ModelAdmin):
    """A shop, market or brand; `sync_applications` makes the rows, people choose where they go."""

    list_display = ("name", "number", "key", "erp_connection", "currency", "is_active")
    list_select_related = ("erp_connection",)
    search_fields = ("name", "key__exact", "number__exact")
    search_help_text = _("Name, or exact key")
    ordering = ("number",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find by name or key, by number where one is typed."""
        term = search_term.strip()
        found = queryset.filter(name__icontains=term) | queryset.filter(key=term.lower())
        if term.isascii() and term.isdigit() and len(term) < 10:
            found |= queryset.filter(number=int(term))
        return (found if term else queryset), False


class ValueMappingForm(ModelForm):
    """The application as a choice."""

    application_key = forms.ChoiceField(label=_("Application"), required=False, widget=UnfoldAdminSelectWidget())

    class Meta:
        model = ValueMapping
        fields = ("kind", "application_key", "norce_value", "erp_value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the applications there are."""
        super().__init__(*args, **kwargs)
        field = self.fields["application_key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = application_choices(self.instance.application_key)


@register(ValueMapping)
class ValueMappingAdmin(MappingFilesAdmin, ModelAdmin):
    """The ERP's word for a Norce value."""

    form = ValueMappingForm
    list_display = ("norce_value", "erp_value", "kind", "application")
    list_filter = ("kind", ApplicationFilter)
    search_fields = ("norce_value", "erp_value")
    search_help_text = _("Norce value or ERP value")
    ordering = ("kind", "norce_value", "application_key")
    show_full_result_count = False

    @display(description=_("application"), ordering="application_key")
    def application(self, row: Any) -> str:
        """Return the application's name, or that the row is for all."""
        return str(row.application_name or row.application_key or gettext("All applications"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ValueMapping]:
        """Add the applications' names in the same query."""
        name = Application.objects.filter(key=OuterRef("application_key")).values("name")[:1]
        rows: QuerySet[ValueMapping] = super().get_queryset(request).annotate(application_name=Subquery(name))
        return rows

    def response_add(
        self, request: HttpRequest, obj: ValueMapping, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After a new mapping, say how much work has waited for one and lead to it."""
        _point_to_waiting(request)
        return super().response_add(request, obj, post_url_continue)

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """After an import too."""
        response = super().process_result(result, request)
        _point_to_waiting(request)
        return response


def _point_to_waiting(request: HttpRequest) -> None:
    stopped = OutboxMessage.objects.filter(state__in=TROUBLED, error_kind=ErrorKind.MAPPING)
    number = len(stopped.values_list("pk", flat=True)[:COUNTED])
    if number:
        text = ngettext(
            "%(n)d work item has stopped for a missing mapping:",
            "%(n)d work items have stopped for missing mappings:",
            number,
        )
        url = list_url("hub_outboxmessage", error_kind__exact=ErrorKind.MAPPING, state__exact="failed")
        messages.info(
            request,
            format_html('{} <a class="hub-link" href="{}">{}</a>', text % {"n": number}, url, _("look and retry")),
        )
