"""Somebody makes a passkey and signs in with it, without a password; the key is Chromium's own virtual one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext

from tests.browser.conftest import confirm, sign_in

pytestmark = pytest.mark.browser

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_signs_a_person_in(context: BrowserContext, factors: None, person: User) -> None:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(page, person)
    page.goto(reverse("mfa_add_webauthn"))
    confirm(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.get_by_text("Security key added.").wait_for()
    context.clear_cookies()
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/admin/")
