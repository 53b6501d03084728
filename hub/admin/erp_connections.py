"""ERP connections: what people set for an ERP, its people and companies, and its brakes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from connectors.norce.types.import_header import CompanyField, CustomerField
from hub.admin.history import HistoryAdmin
from hub.admin.theme import ModelForm
from hub.models import ErpConnection
from hub.models.configuration import ValueKind

# A record is found and filed by these, and the last two are switches of the header and no fields.
NEVER_LEFT = {"Id", "Code", "ApplicationKey", "SearchOnlyByCode", "PreserveFlags"}
PERCENTAGES = ("brake_percent", "brake_short_percent")


def norce_fields() -> list[tuple[str, Any]]:
    """Return the fields of Norce's customers and companies that may be left to Norce, grouped by whose they are."""
    people, organisations = ({field.value for field in kind} - NEVER_LEFT for kind in (CustomerField, CompanyField))
    groups = [
        (gettext("People and companies"), people & organisations),
        (gettext("People"), people - organisations),
        (gettext("Companies"), organisations - people),
    ]
    return [(title, [(name, name) for name in sorted(names)]) for title, names in groups]


class ErpConnectionForm(ModelForm):
    """Kinds and fields as check boxes."""

    strict_kinds = forms.MultipleChoiceField(
        label=_("Strict value kinds"),
        choices=ValueKind.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("An order with a value of these kinds that has no mapping stops, and says what to add."),
    )
    left_to_norce = forms.MultipleChoiceField(
        label=_("Fields left to Norce"),
        choices=norce_fields,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_(
            "Never sent: what Norce's people write in these fields stays. "
            "It goes to the ERP only where the ERP has just what Norce had before."
        ),
    )

    class Meta:
        model = ErpConnection
        fields = (
            "name",
            "strict_kinds",
            "party_rule",
            "owns_relations",
            "replaces_flags",
            "left_to_norce",
            "creates_from_norce",
            "order_url",
            "customer_url",
            "invoice_url",
            "brake_count",
            "brake_percent",
            "brake_short_percent",
        )
        # Help texts are HTML, in which the model's <NAME> would vanish.
        help_texts = {
            "name": _("What follows ERP_URL_ in the environment, in lower case; default for ERP_URL."),
            "order_url": _(
                "With {number} where the order's number stands. Business Central: "
                "https://businesscentral.dynamics.com/TENANT/ENVIRONMENT?page=42&filter='No.'%20IS%20'{number}'. "
                'Tryton: https://tryton.example.com/#DATABASE/model/sale.sale;domain=[["number","=","{number}"]]. '
                "Blank: no link."
            ),
            "customer_url": _(
                "With {code}. Business Central has customers on page 21, Tryton in model/party.party. Blank: no link."
            ),
            "invoice_url": _(
                "With {number}, of invoices and credit notes. Business Central has posted invoices on page 132, "
                "Tryton in model/account.invoice. Blank: no link."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep percentages below a hundred."""
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & set(PERCENTAGES):
            self.fields[name].validators.append(MaxValueValidator(100))


@register(ErpConnection)
class ErpConnectionAdmin(HistoryAdmin):
    """An ERP by name."""

    form = ErpConnectionForm
    list_display = ("name", "party_rule", "strict")
    fieldsets = (
        (None, {"fields": ("name", "strict_kinds")}),
        (_("People and companies"), {"fields": ("party_rule", "owns_relations", "replaces_flags", "left_to_norce")}),
        (_("From Norce to the ERP"), {"fields": ("creates_from_norce",)}),
        (_("Links into the ERP"), {"fields": ("order_url", "customer_url", "invoice_url")}),
        (_("Brakes"), {"fields": ("brake_count", "brake_percent", "brake_short_percent")}),
    )

    @display(description=_("Strict value kinds"))
    def strict(self, row: ErpConnection) -> str:
        """Return the strict kinds in words."""
        return ", ".join(str(ValueKind(kind).label) for kind in row.strict_kinds if kind in ValueKind.values)
