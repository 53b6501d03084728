"""What people set: applications, and the choice of one in forms and filters."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django import forms
from django.contrib.admin import SimpleListFilter, register
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from hub.admin.base import typed_number
from hub.admin.history import HistoryAdmin
from hub.admin.theme import ModelForm
from hub.models import Application
from hub.models.configuration import NoticeKind


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


class WordsField(forms.CharField):
    """A list of words, written with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """Return the list as one line; what a person has typed stays as it is."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the words, in their order and without blanks around them."""
        words = (word.strip() for word in (super().to_python(value) or "").split(","))
        return [word for word in words if word]


class ApplicationForm(ModelForm):
    """The kinds of mail as check boxes, codes by comma."""

    uncaptured_methods = WordsField(
        label=_("Payment methods that Norce must not capture"),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_(
            "Their codes, by comma, for example invoice, klarna. "
            "Invoices and credits are registered in Norce, and no money is moved."
        ),
    )

    notices = forms.MultipleChoiceField(
        label=_("Mail to buyers"),
        choices=NoticeKind.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("Sent when Norce tells the event; none at first. The texts are under Mail templates."),
    )

    class Meta:
        model = Application
        fields = "__all__"
        # Help texts are HTML, in which the model's <order@example.com> would vanish.
        help_texts = {
            "mail_from": _("Name and address, for example Exempel &lt;order@example.com&gt;; else MAIL_FROM."),
            "order_infos": _(
                "What is sent with the acknowledgement, by info code; erp_order_no, erp_customer_code or reference. "
                'For example {"ERP_ORDER": "erp_order_no"}.'
            ),
            "order_url": _(
                "For example https://admin.example.com/orders/{number}; {application} is the application's Norce id. "
                "Blank: no link."
            ),
            "customer_url": _("With {id}, the customer's Norce id, or {code}, the ERP's. Blank: no link."),
        }
        widgets = {"order_infos": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def clean_mail_from(self) -> str:
        """Refuse a sender that no mail can have."""
        sender = str(self.cleaned_data["mail_from"]).strip()
        if sender:
            validate_email(parseaddr(sender)[1])
        return sender


@register(Application)
class ApplicationAdmin(HistoryAdmin):
    """A shop, market or brand; `sync_applications` makes the rows, people choose where they go."""

    form = ApplicationForm
    list_display = ("name", "number", "key", "erp_connection", "currency", "is_active")
    list_select_related = ("erp_connection",)
    search_fields = ("name", "key__exact", "number__exact")
    search_help_text = _("Name, or exact key")
    ordering = ("number",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find by name or key, by number where one is typed."""
        term = search_term.strip()
        found = queryset.filter(name__icontains=term) | queryset.filter(key=term.lower())
        if (number := typed_number(term)) is not None:
            found |= queryset.filter(number=number)
        return (found if term else queryset), False
