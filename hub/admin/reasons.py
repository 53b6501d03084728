"""Ask a person why, in a dialog, and bring them back to the page they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from hub.admin.theme import BaseDialogForm
from hub.by_hand import NotAllowed

SAY_WHY = _("Say why: the reason is kept in the history.")


class ReasonField(forms.CharField):
    """Why a person does this; kept with the deed."""

    def __init__(self, *, required: bool = True, rows: int = 4, focus: bool = True) -> None:
        """Make the field, so many rows high; a person writes into it first when it has the ``focus``."""
        super().__init__(
            required=required,
            label=_("Reason"),
            help_text=_("Kept in the history together with your name."),
            widget=UnfoldAdminTextareaWidget(attrs={"rows": rows} | ({"autofocus": "autofocus"} if focus else {})),
            error_messages={"required": SAY_WHY},
        )


class ReasonForm(BaseDialogForm):
    """A dialog that asks for the reason."""

    reason = ReasonField()


def reason_dialog(title: Any, description: Any, submit: Any, form: type[BaseDialogForm] = ReasonForm) -> dict[str, Any]:
    """Return the description of a dialog for `hub.admin.theme.action`."""
    return {"title": title, "description": description, "form_submit_text": submit, "form_class": form}


def because(reason: str, deed: object) -> str:
    """Return what is kept of a deed: why, and what was done."""
    return f"{reason} ({deed})" if reason else str(deed)


def back_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to a page, also from a dialog, whose answer htmx would put into the dialog."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def attempt(request: HttpRequest, deed: Callable[[], object], done: str) -> bool:
    """Do what a person asked for and tell them that it is done, or why it is refused; return whether it was done."""
    try:
        deed()
    except NotAllowed as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True
