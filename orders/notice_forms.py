"""The forms of the mail templates' pages: texts that are tried before they are taken, a new row, a test."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connectors.catalogue.sentences import told
from hub.admin.configuration import application_choices
from hub.admin.reasons import SAY_WHY, ReasonField
from hub.admin.reveals import REVEAL
from hub.admin.theme import BaseDialogForm, ModelForm
from orders.models import NoticeTemplate
from orders.notice_samples import made_up
from orders.notice_templates import PARTS, TemplateError, Texts, in_force, render

ROWS = {"text": 16, "html": 28}
LONGEST_TEXT = 100_000


class TemplateForm(ModelForm):
    """The texts of a mail; they are tried on made-up orders before they are taken."""

    class Meta:
        model = NoticeTemplate
        fields = PARTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the texts that hold now, whoever wrote them."""
        super().__init__(*args, **kwargs)
        texts = in_force(self.instance)
        for part in [part for part in PARTS if part in self.fields]:
            field = self.fields[part]
            self.initial[part] = getattr(texts, part)
            field.required = part != "html"
            field.widget.attrs |= {"spellcheck": "false"}
            if part in ROWS:
                field.widget.attrs |= {"rows": ROWS[part], "maxlength": LONGEST_TEXT}

    def clean(self) -> dict[str, Any]:
        """Refuse a text that cannot be filled in, or that uses a name which this mail does not have."""
        cleaned = super().clean() or self.cleaned_data
        for part in PARTS:
            cleaned[part] = cleaned.get(part, "").replace("\r\n", "\n").strip()[:LONGEST_TEXT]
            for problem in _problems(part, cleaned[part], self.instance):
                self.add_error(part, problem)
        return cleaned

    def texts(self) -> Texts:
        """Return the texts as they were typed."""
        return Texts(**{part: self.cleaned_data[part] for part in PARTS}, origin=str(self.instance))


def _problems(part: str, source: str, row: NoticeTemplate) -> list[str]:
    """Return what is wrong with a text, tried on an order that has everything and on one that lacks all it can."""
    found: dict[str, None] = {}
    for names in made_up(row.kind):
        try:
            render(part, source, names, row.language)
        except TemplateError as error:
            found[told(str(error))] = None
    return list(found)


class AddForm(ModelForm):
    """Which mail of which application shall have texts of its own."""

    application_key = forms.ChoiceField(label=_("Application"), widget=UnfoldAdminSelectWidget())

    class Meta:
        model = NoticeTemplate
        fields = ("kind", "application_key", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the applications there are; the rows for all of them are there already."""
        super().__init__(*args, **kwargs)
        field = self.fields["application_key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = application_choices()[1:]


class OrderForm(forms.Form):
    """Which order fills a mail in, and why somebody looks at its buyer; a made-up one needs no reason."""

    number = forms.CharField(
        label=_("Norce order"),
        required=False,
        max_length=100,
        help_text=_("Empty: a made-up order."),
        widget=UnfoldAdminTextInputWidget(),
    )
    why = ReasonField(required=False, rows=2, focus=False)

    def clean(self) -> dict[str, Any]:
        """Ask why when it is a real order."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("number") and not cleaned.get("why"):
            self.add_error("why", SAY_WHY)
        return cleaned


class TestForm(BaseDialogForm, OrderForm):
    """Where a test goes, and, for who may reveal personal data, which order it shows."""

    field_order = ("to", "number", "why")

    to = forms.EmailField(label=_("Send to"), widget=UnfoldAdminEmailInputWidget(attrs={"autofocus": "autofocus"}))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask for an order only who may reveal its buyer."""
        super().__init__(*args, **options)
        if not self.request.user.has_perm(REVEAL):
            del self.fields["number"], self.fields["why"]
