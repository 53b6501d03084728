"""Signing in by django-allauth: off unless set up, second factors, and the company's own sign-in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
import pytest
import responses
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from axes.models import AccessFailureLog
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from hub.checks import check_sign_in
from hub.sign_in_settings import sign_in_settings

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"
SECRET = "JBSWY3DPEHPK3PXP"
ADMIN, LOGIN = "/admin/", "/account/login/"
SERVER = "https://id.example.com"
KNOWN = {"sub": "7", "email": "ola@example.com", "email_verified": True}


@pytest.fixture(autouse=True)
def ola() -> User:
    """Somebody who may sign in."""
    return User.objects.create_user("ola", "ola@example.com", PASSWORD, is_staff=True)


@pytest.fixture
def accounts(settings: Any) -> Any:
    """The settings with second factors allowed and a company's sign-in."""
    settings.SIGN_IN_ACCOUNTS, settings.SIGN_IN_MFA, settings.LOGIN_URL = True, "optional", "account_login"
    app = {"provider_id": "company", "name": "Example ID", "client_id": "hub", "secret": "x"}
    app["settings"] = {"server_url": SERVER}  # type: ignore[assignment]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    return settings


def signed_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": "ola", "password": password})


def code() -> str:
    """Return what Ola's app shows now."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def test_without_it_the_admin_has_its_own_login_and_nothing_else(client: Client) -> None:
    assert client.get("/admin/login/").status_code == 200
    assert {client.get(f"/account/{page}").status_code for page in ("login/", "2fa/", "signup/")} == {404}


@pytest.mark.parametrize(("language", "said"), [("en", "Log in with Example ID"), ("sv", "Logga in med Example ID")])
def test_with_it_the_admin_leads_to_the_other_login(client: Client, accounts: Any, language: str, said: str) -> None:
    page = client.get(ADMIN, follow=True, headers={"Accept-Language": language})
    assert page.redirect_chain[-1][0].startswith(LOGIN)
    assert said in page.content.decode() and "hub/admin.css" in page.content.decode()
    assert client.post("/admin/login/", {"username": "ola", "password": PASSWORD}).status_code == 302
    assert client.get(ADMIN).status_code == 302


def test_a_password_is_enough_where_a_factor_is_optional(client: Client, accounts: Any) -> None:
    signed_in(client)
    assert client.get(ADMIN).status_code == 200


def test_who_has_a_factor_is_asked_for_it(client: Client, accounts: Any, ola: User) -> None:
    TOTP.activate(ola, SECRET)
    assert signed_in(client).headers["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(ADMIN).status_code == 302
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "hub-button" in page
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302
    assert client.get(ADMIN).status_code == 200


def test_where_everybody_must_have_one_they_make_it_first(client: Client, accounts: Any, ola: User) -> None:
    accounts.SIGN_IN_MFA = "required"
    signed_in(client)
    answer = client.get(ADMIN)
    assert answer.headers["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_activate_totp"), follow=True).status_code == 200
    TOTP.activate(ola, SECRET)
    assert client.get(ADMIN).status_code == 200


def test_failures_are_throttled_there_too(client: Client, accounts: Any) -> None:
    for _ in range(4):
        assert signed_in(client, "wrong").status_code == 200
    assert signed_in(client, "wrong").status_code == 429
    assert AccessFailureLog.objects.filter(username="ola").count() >= 4


def test_wrong_settings_are_named(settings: Any) -> None:
    assert check_sign_in(None) == []
    settings.SIGN_IN_MFA = "always"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{"client_id": "hub", "secret": ""}]}}
    assert [problem.id for problem in check_sign_in(None)] == ["hub.E012", "hub.E013"]


def test_the_environment_switches_it_on() -> None:
    off, on = sign_in_settings(_env()), sign_in_settings(_env(OIDC_SERVER_URL=SERVER, OIDC_CLIENT_ID="hub"))
    assert (off["SIGN_IN_ACCOUNTS"], off["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]) == (False, [])
    [app] = on["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert on["SIGN_IN_ACCOUNTS"] and (app["client_id"], app["settings"]["server_url"]) == ("hub", SERVER)


def _env(**values: str) -> environ.Env:
    env = environ.Env()
    env.ENVIRON = values
    return env


def test_nobody_makes_a_user_of_their_own(client: Client, accounts: Any) -> None:
    form = {"username": "eve", "email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/signup/", form)
    assert not User.objects.filter(username="eve").exists()


def test_nobody_gives_themselves_the_address_of_another(client: Client, accounts: Any, ola: User) -> None:
    client.force_login(ola)
    assert client.post("/account/email/", {"email": "boss@example.com", "action_add": ""}).status_code == 404
    assert not EmailAddress.objects.exists()


def test_an_administrator_takes_a_lost_factor_away(admin_client: Client, ola: User) -> None:
    factor = TOTP.activate(ola, SECRET).instance
    page = admin_client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk])).content.decode()
    assert "ola" in page and SECRET not in page
    url = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
    admin_client.post(url, {"post": "yes", "reason": "Lost telephone"})
    assert not Authenticator.objects.exists()


@pytest.fixture
def server() -> Any:
    """A company's sign-in; its answers are in the mock."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        found = {name: f"{SERVER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")}
        mock.get(f"{SERVER}/.well-known/openid-configuration", json={"issuer": SERVER, **found})
        mock.post(found["token_endpoint"], json={"access_token": "t", "token_type": "Bearer"})
        yield mock


def through_company(client: Client) -> Any:
    """Go to the company's sign-in and come back from it."""
    there = client.post("/account/oidc/company/login/?process=login").headers["Location"]
    [state] = parse_qs(urlsplit(there).query)["state"]
    return client.get("/account/oidc/company/login/callback/", {"code": "c", "state": state}, follow=True)


def test_a_known_address_comes_in_through_the_company(client: Client, accounts: Any, server: Any) -> None:
    accounts.SIGN_IN_MFA = "required"
    server.get(f"{SERVER}/userinfo_endpoint", json=KNOWN)
    through_company(client)
    page = client.get(ADMIN)
    assert page.status_code == 200 and page.wsgi_request.user.get_username() == "ola"


@pytest.mark.parametrize(
    "person", [KNOWN | {"email": "eve@example.com"}, KNOWN | {"email_verified": False}, {"sub": "8"}]
)
def test_a_stranger_does_not(client: Client, accounts: Any, server: Any, person: dict[str, Any]) -> None:
    server.get(f"{SERVER}/userinfo_endpoint", json=person)
    through_company(client)
    assert client.get(ADMIN).status_code == 302
    assert User.objects.count() == 1
