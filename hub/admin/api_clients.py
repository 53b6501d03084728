"""API clients: made here, given a token that is shown once, switched off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import display, register
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from connectors.moments import clock
from hub.admin.history import HistoryAdmin
from hub.admin.links import list_url
from hub.admin.reasons import ReasonForm, back_to, because, reason_dialog
from hub.admin.theme import action
from hub.models import ApiClient


@register(ApiClient)
class ApiClientAdmin(HistoryAdmin):
    """A program that may ask the API, and the applications whose orders it sees."""

    list_display = ("name", "is_active", "sees", "created", "last_used")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "applications", "is_active", ("created", "last_used"))
    readonly_fields = ("created", "last_used")
    actions_detail = ("new_token",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the applications of all rows at once."""
        return super().get_queryset(request).prefetch_related("applications")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer the applications as check boxes; they are few."""
        options["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        """Give a new client its token and show it."""
        token = "" if change else obj.renew_token()
        super().save_model(request, obj, form, change)
        if token:
            _show(request, token)

    def has_new_token_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may change clients."""
        return bool(self.has_change_permission(request))

    @action(
        description=_("New token"),
        icon="key",
        permissions=["new_token"],
        dialog=reason_dialog(
            _("Give this client a new token?"),
            _("The present token is refused from now on. The new one is shown once."),
            _("New token"),
        ),
    )
    def new_token(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Put a new token in the old one's place, keep why, and show it."""
        client = self.get_object(request, object_id)
        if client is None:
            return back_to(request, list_url("hub_apiclient"))
        token = client.renew_token()
        done = client._change_reason = because(form.cleaned_data["reason"], gettext("New token"))
        client.save(update_fields=["token_hash"])
        self.log_change(request, client, done)
        _show(request, token)
        return back_to(request, reverse("admin:hub_apiclient_change", args=[client.pk]))

    @display(description=_("applications"))
    def sees(self, client: ApiClient) -> str:
        """Return the names of the client's applications."""
        return ", ".join(sorted(application.name for application in client.applications.all()))

    @display(description=_("created"), ordering="created_at")
    def created(self, client: ApiClient) -> str:
        """Return when the client was made."""
        return clock(client.created_at if client.pk else None)

    @display(description=_("last used"), ordering="last_used_at")
    def last_used(self, client: ApiClient) -> str:
        """Return when the client was last here, to the minute."""
        return clock(client.last_used_at)


def _show(request: HttpRequest, token: str) -> None:
    text = gettext("The token, shown only now. Copy it and keep it safe:")
    messages.warning(request, format_html('{} <code class="hub-token">{}</code>', text, token))
