"""How people sign in: throttled by django-axes; with second factors or a company's sign-in by django-allauth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import environ


def sign_in_settings(env: environ.Env) -> dict[str, Any]:
    """Return Django's settings for SIGN_IN_…, OIDC_… and TRUSTED_PROXIES."""
    proxies = env.int("TRUSTED_PROXIES", default=0)
    factor, server = env.str("SIGN_IN_MFA", default="off"), env.str("OIDC_SERVER_URL", default="")
    is_on = factor != "off" or bool(server)
    return {
        "TRUSTED_PROXIES": proxies,
        "SIGN_IN_MFA": factor,
        "OIDC_SERVER_URL": server,
        "SIGN_IN_ACCOUNTS": is_on,
        "LOGIN_URL": "account_login" if is_on else "admin:login",
        "ALLAUTH_TRUSTED_PROXY_COUNT": proxies,
        "MFA_PASSKEY_LOGIN_ENABLED": factor != "off",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": _company(env, server)},
        **_throttle(env),
        **ACCOUNTS,
    }


# axes counts failures in the database; a limit of allauth's for each address would keep everybody behind a proxy out.
# Who comes through the company's sign-in is found by e-mail address among the users that an administrator has made.
ACCOUNTS: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "hub.accounts.Accounts",
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_SESSION_REMEMBER": False,
    "ACCOUNT_PRESERVE_USERNAME_CASING": True,
    "ACCOUNT_RATE_LIMITS": {"login": None, "login_failed": "5/5m/key"},
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_TOTP_ISSUER": "Norce hub",
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
}


def _throttle(env: environ.Env) -> dict[str, Any]:
    """A user name is closed to the address it was tried from: nobody closes it to others, or all names at once.

    The failures are in the database, so every web process knows them.
    """
    return {
        "AXES_FAILURE_LIMIT": env.int("SIGN_IN_FAILURES", default=5),
        "AXES_COOLOFF_TIME": timedelta(minutes=env.int("SIGN_IN_WAIT_MINUTES", default=15)),
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_CLIENT_IP_CALLABLE": "hub.sign_in.address",
        "AXES_LOCKOUT_CALLABLE": "hub.sign_in.locked_out",
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
        "AXES_ENABLE_ACCESS_FAILURE_LOG": True,
        "AXES_DISABLE_ACCESS_LOG": True,
        "AXES_ENABLE_ADMIN": False,
        "AXES_VERBOSE": False,
    }


def _company(env: environ.Env, server: str) -> dict[str, Any]:
    app = {
        "provider_id": "company",
        "name": env.str("OIDC_NAME", default="") or "OpenID Connect",
        "client_id": env.str("OIDC_CLIENT_ID", default=""),
        "secret": env.str("OIDC_CLIENT_SECRET", default=""),
        "settings": {"server_url": server},
    }
    # Some servers, Entra ID among them, do not say that they have checked an address.
    trusted = env.bool("OIDC_TRUST_EMAILS", default=False)
    return {"OAUTH_PKCE_ENABLED": True, "VERIFIED_EMAIL": trusted, "APPS": [app] if server else []}
