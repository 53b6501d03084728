"""System checks with ids: wrong settings are said at the start, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from connectors.erp.schemes import ADAPTERS
from connectors.http import CONNECT_TIMEOUT, DEADLINE, READ_TIMEOUT
from connectors.norce.types.order_updates import OrderStatus

SHORTEST_SECRET = 24
LONGEST_CACHE = 3600


@register()
def check_queue(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse queue settings with which django-q would repeat tasks by itself or lose schedules (measured)."""
    queue = settings.Q_CLUSTER
    wanted = {"ack_failures": True, "max_attempts": 1, "catch_up": False, "save_limit": -1}
    wrong = [f"{name}={value}" for name, value in wanted.items() if queue.get(name) != value]
    if queue.get("timeout", 0) >= queue.get("retry", 0):
        wrong.append("timeout < retry")
    if queue.get("orm") and queue.get("broker_class") != "hub.broker.RingBroker":
        wrong.append("broker_class=hub.broker.RingBroker")
    return [
        Error(f"Q_CLUSTER needs {setting}.", hint="All repeating is the hub's own.", id="hub.E001") for setting in wrong
    ]


@register()
def check_credentials(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Machine credentials are compared by a fast digest, so they must be long and random."""
    return [*_credential_problems(), *_token_problems()]


def _credential_problems() -> Iterator[CheckMessage]:
    for number, entry in enumerate(settings.NORCE_RECEIVER_CREDENTIALS, start=1):
        user, _, secret = entry.partition(":")
        if not user or not secret:
            yield Error(
                f"Entry {number} of NORCE_RECEIVER_CREDENTIALS is not user:secret.",
                hint="Write NORCE_RECEIVER_CREDENTIALS=norce:<long random secret>, several by comma.",
                id="hub.E002",
            )
        elif len(secret) < SHORTEST_SECRET and not settings.DEBUG:
            yield Warning(
                f"The secret of {user} in NORCE_RECEIVER_CREDENTIALS is short.",
                hint=f"Use at least {SHORTEST_SECRET} random characters, for example from `openssl rand -hex 24`.",
                id="hub.W001",
            )


def _token_problems() -> Iterator[CheckMessage]:
    for number, token in enumerate(settings.NORCE_EVENT_TOKENS, start=1):
        if not token.isascii() or any(character.isspace() for character in token):
            yield Error(
                f"Token {number} of NORCE_EVENT_TOKENS cannot be sent in a header.",
                hint="Use letters and digits without spaces, for example from `openssl rand -hex 24`.",
                id="hub.E005",
            )
        elif len(token) < SHORTEST_SECRET and not settings.DEBUG:
            yield Warning(
                f"Token {number} of NORCE_EVENT_TOKENS is short.",
                hint=f"Use at least {SHORTEST_SECRET} random characters, for example from `openssl rand -hex 24`.",
                id="hub.W003",
            )


@register()
def check_lease(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A lease that ends while a call is under way lets two workers do the same thing."""
    longest = CONNECT_TIMEOUT + DEADLINE + READ_TIMEOUT
    if longest < settings.HUB_LEASE_SECONDS:
        return []
    text = f"HUB_LEASE_SECONDS is {settings.HUB_LEASE_SECONDS:.0f}; a call out may take {longest:.0f} s."
    return [Warning(text, hint="Use 120, the default.", id="hub.W002")]


@register()
def check_alerts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A digest needs time to gather, and every address of HUB_ALERT_EMAILS must be one."""
    found: list[CheckMessage] = []
    if settings.HUB_ALERT_MINUTES < 1:
        text = f"HUB_ALERT_MINUTES is {settings.HUB_ALERT_MINUTES}; a digest goes out once a minute at most."
        found.append(Error(text, hint="Use 15, the default.", id="hub.E010"))
    for number, address in enumerate(settings.HUB_ALERT_EMAILS, start=1):
        if "@" not in address.strip("@") or any(character.isspace() for character in address):
            text = f"Entry {number} of HUB_ALERT_EMAILS is no e-mail address."
            found.append(Error(text, hint="Write HUB_ALERT_EMAILS=a@example.com,b@example.com.", id="hub.E011"))
    return found


@register()
def check_acknowledgement(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The status that acknowledges an order must be one that Norce knows."""
    if settings.NORCE_ACK_STATUS in list(OrderStatus):
        return []
    text = f"NORCE_ACK_STATUS is {settings.NORCE_ACK_STATUS}, which is no order status of Norce's."
    return [Error(text, hint="Use Confirmed, Acknowledged or ErpConfirmed.", id="hub.E004")]


@register()
def check_api(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The API's limits are whole numbers from 0; what is kept for long tells buyers what is no longer so."""
    wrong = [
        Error(f"{name} is {value}.", hint="Use 0 or more; 0 switches it off.", id="hub.E006")
        for name in ("HISTORY_CACHE_SECONDS", "API_REQUESTS_PER_MINUTE")
        if (value := getattr(settings, name)) < 0
    ]
    if settings.HISTORY_CACHE_SECONDS <= LONGEST_CACHE:
        return [*wrong]
    text = f"HISTORY_CACHE_SECONDS is {settings.HISTORY_CACHE_SECONDS}: buyers see orders as old as that."
    return [*wrong, Warning(text, hint="Use 30, the default.", id="hub.W004")]


@register()
def check_erp_urls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every ERP connection must have a scheme that an adapter speaks."""
    return [
        Error(
            f"The ERP connection {name} has a scheme that no adapter speaks.",
            hint=f"Use one of {', '.join(ADAPTERS)}.",
            id="hub.E003",
        )
        for name, url in settings.ERP_URLS.items()
        if url.partition("://")[0] not in ADAPTERS
    ]


@register()
def check_sign_in(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A second factor is one of three words; the company's sign-in needs its client."""
    found: list[CheckMessage] = []
    if settings.SIGN_IN_MFA not in ("off", "optional", "required"):
        text = f"SIGN_IN_MFA is {settings.SIGN_IN_MFA}."
        found.append(Error(text, hint="Use off, optional or required.", id="hub.E012"))
    for app in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        if not (app["client_id"] and app["secret"]):
            hint = "Set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET."
            found.append(Error("OIDC_SERVER_URL is set without its client.", hint=hint, id="hub.E013"))
    return found
