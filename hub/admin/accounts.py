"""Users and groups in the theme's forms."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin import register, site
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from hub.admin.base import ReadOnlyAdmin
from hub.admin.history import ReasonedAdmin
from hub.admin.rights import RightsAdmin
from hub.admin.theme import ModelAdmin

for hidden in (EmailAddress, SocialAccount, SocialApp, SocialToken, Authenticator):
    if site.is_registered(hidden):
        site.unregister(hidden)
# The library gives it no name that could be translated.
Authenticator._meta.verbose_name = _("second factor")
Authenticator._meta.verbose_name_plural = _("second factors")
site.unregister(User)
site.unregister(Group)


@register(User)
class UserAdmin(RightsAdmin, DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """People who may log in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@register(Group)
class GroupAdmin(RightsAdmin, DjangoGroupAdmin, ModelAdmin):
    """What a group of people may do."""


@register(Authenticator)
class AuthenticatorAdmin(ReasonedAdmin, ReadOnlyAdmin):
    """Second factors; who has lost one is let in again by its deletion."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username__exact",)
    search_help_text = _("Exact: the user's name")
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may take others' factors away."""
        return request.user.has_perm("mfa.delete_authenticator")
