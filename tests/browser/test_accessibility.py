"""No page breaks WCAG 2.1 AA, as far as axe can tell: at a desk in both themes, and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from connectors.sandbox.core import Sandbox
from hub.models import Application
from orders.models import Order
from tests import addresses, day
from tests.browser.axe import broken_pages

pytestmark = pytest.mark.browser
# The same page for every table: they are looked at for one.
GENERAL = ("/history/", "/delete/")
# As many as look side by side: each needs a day of its own.
PARTS = 2


def test_the_sign_in_page(context: BrowserContext) -> None:
    assert broken_pages(context.new_page(), [reverse("admin:login")]) == {}


def test_empty_pages(page: Page, person: User) -> None:
    assert broken_pages(page, [reverse("admin:index"), reverse("admin:orders_order_changelist")]) == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_of_a_day(
    page: Page,
    person: User,
    application: Application,
    sandbox: Sandbox,
    received: Callable[..., Order],
    work: Callable[[], int],
    part: int,
) -> None:
    day.pass_by(application, sandbox, received, work)
    # Lists and pages for a new row are made of the same parts each; of these two are seen from all sides.
    alike = set(addresses.of_lists(person)) - {reverse("admin:index"), reverse("admin:orders_order_changelist")}
    pages = [url for url in addresses.of_site(person) if not url.endswith(GENERAL) or "valuemapping" in url]
    assert broken_pages(page, pages[part::PARTS], alike) == {}
