"""EMAIL_URL as Django's settings: a mail server, the console, a folder of files, or a provider of django-anymail."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ


def mail_settings(url: str, *, base: Path, timeout: int) -> dict[str, Any]:
    """Return the settings that an EMAIL_URL means; ``timeout`` in seconds holds for servers and providers.

    ``anymail://brevo?API_KEY=…`` is a provider of django-anymail with its settings, named without
    their prefix. ``filemail://var/mail`` is a folder below ``base``, ``filemail:///srv/mail`` one
    anywhere: django-environ would take the first for a host and the second for a relative path. All
    others are django-environ's. Raises ImproperlyConfigured for a scheme that nobody speaks.
    """
    parts = urlsplit(url)
    if parts.scheme == "anymail":
        name = parts.netloc.lower()
        options = {f"{name.upper()}_{key.upper()}": value for key, value in parse_qsl(parts.query)}
        return {
            "EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend",
            "ANYMAIL": options | {"REQUESTS_TIMEOUT": timeout},
        }
    found: dict[str, Any] = environ.Env.email_url_config(url) | {"EMAIL_TIMEOUT": timeout}
    if parts.scheme == "filemail":
        found["EMAIL_FILE_PATH"] = str(base / unquote(f"{parts.netloc}{parts.path}"))
    return found
