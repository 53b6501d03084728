"""Signing in: where somebody comes from, and what they are told after too many failures."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from django.conf import settings as django_settings
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

# Made in a dictionary, so their types are not known.
settings: Any = django_settings


def address(request: HttpRequest) -> str | None:
    """Return the address that the outermost of our proxies has seen; what stands before it anybody may write."""
    told = request.META.get("HTTP_X_FORWARDED_FOR", "")
    hops = [*(told.split(",") if told else ()), request.META.get("REMOTE_ADDR", "")]
    seen = hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)].strip()
    try:
        return str(ip_address(seen))
    except ValueError:
        return None


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Return the page for somebody who has failed too often, status 429."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {**site.each_context(request), "title": gettext("Too many failed sign-ins"), "minutes": minutes}
    return render(request, "admin/hub/locked_out.html", context, status=429)
