"""No page breaks WCAG 2.1 AA, as far as axe can tell: in both themes, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from connectors.sandbox.core import Sandbox
from hub.models import Application
from orders.models import Order
from tests import addresses, day
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

AXE = Axe().axe_script
LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# All rules on the light page; the dark one differs in its colours alone.
RULES = {"light": LEVEL, "dark": {"type": "rule", "values": ["color-contrast"]}}


def broken(page: Page) -> list[str]:
    """Return which rules the page breaks and where, in both themes and widths; a page wider than the phone is one."""
    found = []
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate(AXE)
    for (width, size), theme in product((("desk", DESKTOP), ("phone", PHONE)), RULES):
        page.set_viewport_size(size)
        page.evaluate("theme => { document.documentElement.className = theme }", theme)
        options = {"runOnly": RULES[theme], "resultTypes": ["violations"]}
        for rule in page.evaluate("options => axe.run(options)", options)["violations"]:
            found += [f"{width}, {theme}: {rule['id']} {node['html'][:200]}" for node in rule["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        found.append("phone: the page scrolls sideways")
    return found


def broken_pages(page: Page, urls: Iterable[str]) -> dict[str, list[str]]:
    """Return what is broken on each of the pages that has something."""
    found = {}
    for url in urls:
        page.set_viewport_size(DESKTOP)
        answer = page.goto(url)
        assert answer is not None and answer.status == 200, url
        found[url] = broken(page)
    return {url: faults for url, faults in found.items() if faults}


def test_the_sign_in_page(context: BrowserContext) -> None:
    assert broken_pages(context.new_page(), [reverse("admin:login")]) == {}


def test_empty_pages(page: Page, person: User) -> None:
    assert broken_pages(page, addresses.of_lists(person)) == {}


@pytest.mark.parametrize("part", range(4))
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
    assert broken_pages(page, addresses.of_site(person)[part::4]) == {}


def test_dialogs(page: Page, application: Application, received: Callable[..., Order], work: Callable[[], int]) -> None:
    order = received("01", DoHold=True)
    work()
    page.goto(reverse("admin:orders_order_change", args=[order.pk]))
    page.get_by_role("link", name="Release").first.click()
    page.get_by_role("dialog").wait_for()
    assert broken(page) == []
