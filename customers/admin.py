"""Customers and companies in the admin: which ERP code is whose, and whether Norce knows it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from customers import dashboard
from customers.admin_compare import CompareAdmin, is_forgotten
from customers.admin_filters import AcceptedFilter, ReportFilter, StandingFilter
from customers.admin_reports import ReportingAdmin
from customers.identity import normal_email, normal_number
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import panels
from hub.admin.badges import badge
from hub.admin.base import typed_number
from hub.admin.configuration import application_choices
from hub.admin.history import REASON, ReasonedAdmin
from hub.admin.kept import kept
from hub.admin.theme import ModelForm
from hub.models import ErpConnection

SCOPE = ("application_key", "erp_connection")
STATES = ("standing_badge", "report_badge", "accepted_at", "erp_connection")

panels.add(dashboard.PART)


class BindingForm(ModelForm):
    """What identifies a buyer is stored as it is compared; a repeated one is refused in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the applications and ERP connections there are, on a new row."""
        super().__init__(*args, **kwargs)
        choices = {
            "application_key": application_choices(),
            "erp_connection": [(row.name, row.name) for row in ErpConnection.objects.order_by("name")],
        }
        for name in self.fields.keys() & choices.keys():
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label,
                choices=choices[name],
                required=name == "erp_connection",
                widget=UnfoldAdminSelectWidget(),
            )

    def clean_email(self) -> str:
        """Return the e-mail address in lower case."""
        return normal_email(self.cleaned_data["email"])

    def clean_organisation_no(self) -> str:
        """Return the letters and digits of the organisation number."""
        return normal_number(self.cleaned_data["organisation_no"])

    def clean_vat_no(self) -> str:
        """Return the letters and digits of the VAT number."""
        return normal_number(self.cleaned_data["vat_no"])

    def validate_unique(self) -> None:
        """Refuse what another row has; Django would skip constraints that name a column not on the form."""
        super().validate_unique()
        try:
            self.instance.validate_constraints()
        except ValidationError:
            self.add_error(
                None,
                gettext("Another row has this ERP code, identifier or Norce id: correct or delete that one first."),
            )


class BindingAdmin(ReasonedAdmin, ReportingAdmin, CompareAdmin):
    """Who is who. Code, identifiers and Norce id may be corrected; where the row belongs may not.

    Of a customer whom Norce has forgotten nothing is shown but that, and nothing can be filled in again.
    """

    form = BindingForm
    list_filter = (StandingFilter, ReportFilter, AcceptedFilter)
    readonly_fields = (
        *("report_badge", "why_not", "created_at", "reported_at"),
        *("standing_badge", "accepted_at", "forgotten_at"),
    )
    identifiers: tuple[str, ...] = ()
    why_not = kept("report_error", _("why not"))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Return what may be corrected first, then how far the report has come."""
        correctable = {"fields": ("erp_code", *self.identifiers, "norce_id")}
        scope = {"fields": (SCOPE,)}
        if obj is None:
            return self.with_reason(request, obj, ((None, correctable), (None, scope)))
        if is_forgotten(obj):
            return ((None, {"fields": (("standing_badge", "forgotten_at"),)}),)
        standing = {"fields": (("standing_badge", "accepted_at"),)}
        report = {"fields": (("report_badge", "reported_at"), "why_not", "created_at")}
        shown = (
            (None, correctable),
            (_("In Norce"), standing),
            (_("Code in Norce"), report),
            (_("Belongs to"), scope),
        )
        return self.with_reason(request, obj, shown)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """A row keeps its application and ERP."""
        return self.readonly_fields if obj is None else (*self.readonly_fields, *SCOPE)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave what was sent in the database."""
        return super().get_queryset(request).defer("sent", "heard")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody corrects a forgotten customer."""
        return super().has_change_permission(request, obj) and not is_forgotten(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A forgotten customer stays, or the next run would make it anew."""
        return super().has_delete_permission(request, obj) and not is_forgotten(obj)

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """Return the buttons; a forgotten customer has none."""
        if is_forgotten(self.get_object(request, unquote(str(object_id)))):
            return []
        return list(super().get_actions_detail(request, object_id))  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write only what was corrected: a run may have written the rest meanwhile. A corrected code is reported."""
        fields = [name for name in form.changed_data if name != REASON]
        if change and "erp_code" in fields:
            obj.report, obj.report_error = Binding.Report.DUE, ""
            fields += ["report", "report_error"]
        obj.save(update_fields=fields if change else None)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find by exact ERP code, identifier or Norce id, typed in any way."""
        term = search_term.strip()
        return (queryset.filter(self.found_by(term)) if term else queryset), False

    def found_by(self, term: str) -> Q:
        """Return the condition for a typed code or Norce id."""
        found = Q(erp_code=term)
        if (number := typed_number(term)) is not None:
            found |= Q(norce_id=number)
        return found

    @display(description=_("standing"), ordering="is_active")
    def standing_badge(self, row: Binding) -> SafeString:
        """Return whether Norce has the customer as active, inactive, or has forgotten it, as a badge."""
        if row.forgotten_at:
            return badge(gettext("Forgotten by Norce"), "wait")
        return badge(gettext("Active"), "good") if row.is_active else badge(gettext("Inactive"), "plain")


@register(CustomerBinding)
class CustomerBindingAdmin(BindingAdmin):
    """People."""

    list_display = ("erp_code", "email", "norce_id", *STATES)
    search_fields = ("erp_code__exact", "email__exact", "norce_id__exact")
    search_help_text = _("Exact: ERP code, e-mail or Norce id")
    identifiers = ("email",)

    def found_by(self, term: str) -> Q:
        """Return the condition for a typed code, Norce id or e-mail address."""
        return super().found_by(term) | Q(email=normal_email(term))


@register(CompanyBinding)
class CompanyBindingAdmin(BindingAdmin):
    """Organisations."""

    list_display = ("erp_code", "organisation_no", "vat_no", "norce_id", *STATES)
    search_fields = ("erp_code__exact", "organisation_no__exact", "vat_no__exact", "norce_id__exact")
    search_help_text = _("Exact: ERP code, organisation number, VAT number or Norce id")
    identifiers = ("organisation_no", "vat_no")

    def found_by(self, term: str) -> Q:
        """Return the condition for a typed code, Norce id, organisation or VAT number."""
        number = normal_number(term)
        found = super().found_by(term)
        return found | Q(organisation_no=number) | Q(vat_no=number) if number else found
