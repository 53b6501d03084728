"""A browser, a hub that it can reach, and a person who has signed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.threads import shared_database

LOCALES = {"en": "en-GB", "sv": "sv-SE"}
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
# How long a page takes says how busy the machine is.
PATIENCE = 20_000
PASSWORD = "a-long-password"
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium, without a window; the tests are skipped where there is none."""
    found = shutil.which("chromium")
    if not found:
        pytest.skip("No Chromium on this machine: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop waits in this thread while the test runs; Django would take the test for a coroutine.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture
def hub_url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of the hub, served by a thread of this process: it has the test's database and the sandbox."""
    with shared_database(tmp_path):
        server = LiveServerThread("localhost", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        yield f"http://localhost:{server.port}"
        server.terminate()


@pytest.fixture
def language() -> str:
    """The language that the person's browser asks for."""
    return "en"


@pytest.fixture
def say(language: str) -> Callable[[str], str]:
    """A text of the hub as the person reads it."""

    def said(text: str) -> str:
        with translation.override(language):
            return translation.gettext(text)

    return said


@pytest.fixture
def context(chromium: Browser, hub_url: str, language: str) -> Iterator[BrowserContext]:
    """A browser that has never been to the hub before, at a desk."""
    with chromium.new_context(
        base_url=hub_url,
        locale=LOCALES[language],
        timezone_id="Europe/Stockholm",
        viewport=DESKTOP,
        reduced_motion="reduce",
    ) as context:
        context.set_default_timeout(PATIENCE)
        yield context


@pytest.fixture
def person() -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("alice", "alice@example.com", PASSWORD)


@pytest.fixture
def factors(settings: Any) -> None:
    """Second factors are allowed, over plain HTTP too."""
    settings.SIGN_IN_ACCOUNTS, settings.SIGN_IN_MFA, settings.LOGIN_URL = True, "optional", "account_login"
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True


@pytest.fixture
def page(context: BrowserContext, hub_url: str, person: User) -> Page:
    """A page of a person who has signed in."""
    client = Client()
    client.force_login(person)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": hub_url}])
    return context.new_page()


def sign_in(page: Page, person: User) -> None:
    """Sign in where second factors are allowed, by name and password."""
    page.goto(reverse("account_login"))
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_load_state()


def confirm(page: Page) -> None:
    """Give the password once more, which is asked for before a second factor is changed."""
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_load_state()
