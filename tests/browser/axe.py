"""What axe says of a page: at a desk in both themes, and on a phone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import DESKTOP, PHONE

AXE = Axe().axe_script
LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# All rules on the light page; the dark one differs in its colours alone, which are the same at a desk and on a phone.
View = tuple[str, ViewportSize, Mapping[str, Any]]
VIEWS: Sequence[View] = (
    ("light", DESKTOP, {"runOnly": LEVEL}),
    ("dark", DESKTOP, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}),
    ("light", PHONE, {"runOnly": LEVEL, "rules": {"color-contrast": {"enabled": False}}}),
)


def broken(page: Page, part: str = "html", views: Sequence[View] = VIEWS) -> list[str]:
    """Return which rules a part of the page breaks and where; a page that is wider than a phone is one more."""
    found = []
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate(AXE)
    for theme, size, rules in views:
        page.set_viewport_size(size)
        page.evaluate("theme => { document.documentElement.className = theme }", theme)
        options = {"resultTypes": ["violations"], **rules}
        for rule in page.evaluate("([part, options]) => axe.run(part, options)", [part, options])["violations"]:
            found += [f"{theme}, {size['width']}: {rule['id']} {node['html'][:200]}" for node in rule["nodes"]]
    page.evaluate("document.documentElement.className = 'light'")
    page.set_viewport_size(PHONE)
    if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        found.append("phone: the page scrolls sideways")
    return found


def broken_pages(page: Page, urls: Iterable[str], alike: Collection[str] = ()) -> dict[str, list[str]]:
    """Return what is broken on each page that has something; those ``alike`` are seen in the first view only."""
    found = {}
    for url in urls:
        page.set_viewport_size(DESKTOP)
        answer = page.goto(url)
        assert answer is not None and answer.status == 200 and page.url.endswith(url), url
        found[url] = broken(page, views=VIEWS[:1] if url in alike else VIEWS)
    return {url: faults for url, faults in found.items() if faults}
