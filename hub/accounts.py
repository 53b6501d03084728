"""Signing in with a second factor, or through the company's own sign-in: django-allauth, off unless it is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import secure_admin_login
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings as django_settings
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect
from django.urls import reverse

# Made in a dictionary, so their types are not known.
settings: Any = django_settings

PREFIX = "/account/"


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Only administrators make users."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes a user of their own."""
        return False


def door(request: HttpRequest) -> HttpResponse:
    """Return the admin's own login, or lead to allauth's where that is in place."""
    login = secure_admin_login(site.login) if settings.SIGN_IN_ACCOUNTS else site.login
    answer: HttpResponse = login(request)
    return answer


def no_own_addresses(request: HttpRequest) -> HttpResponse:
    """Answer 404: addresses, by which the company's sign-in finds people, are given by administrators alone."""
    return HttpResponseNotFound()


def second_factor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send people without a second factor to where they make one, if everybody must; hide what is not set up."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PREFIX) and not settings.SIGN_IN_ACCOUNTS:
            return HttpResponseNotFound()
        return redirect("mfa_index") if _lacks_factor(request) else get_response(request)

    return answer


def look(request: HttpRequest) -> dict[str, Any]:
    """Return what the theme's pages need, for the pages of allauth; a context processor."""
    return dict(site.each_context(request)) if request.path.startswith(PREFIX) else {}


def _lacks_factor(request: HttpRequest) -> bool:
    """Return whether somebody is at the admin by a password alone; the company's sign-in has its own factors."""
    if settings.SIGN_IN_MFA != "required" or not request.path.startswith(reverse("admin:index")):
        return False
    if not request.user.is_authenticated or request.path == reverse("admin:logout"):
        return False
    ways = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    through_company = any(way.get("method") == "socialaccount" for way in ways)
    return not through_company and not is_mfa_enabled(request.user)
