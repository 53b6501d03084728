"""Somebody without a mouse: search, open, retry, and always know where they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from hub.models import Application, OutboxMessage
from hub.models.configuration import ValueKind
from hub.models.work import State
from orders.models import Order

pytestmark = pytest.mark.browser


@pytest.fixture
def stopped(application: Application, received: Callable[..., Order], work: Callable[[], int]) -> Order:
    """An order whose payment method the ERP must be told another word for."""
    application.erp_connection.strict_kinds = [ValueKind.PAYMENT_METHOD]
    application.erp_connection.save()
    order = received("01")
    work()
    return order


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until a part has the focus; fail when a hundred steps do not lead there."""
    wanted = page.get_by_role(role, name=name).and_(page.locator(":focus"))
    for _ in range(100):
        page.keyboard.press("Tab")
        if wanted.count():
            return
    raise AssertionError(f"Tab does not reach the {role} {name}.")


def test_an_order_is_searched_opened_and_tried_again(page: Page, stopped: Order) -> None:
    page.goto(reverse("admin:orders_order_changelist"))
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.type(stopped.client_order_ref)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    tab_to(page, "link", stopped.client_order_ref)
    page.keyboard.press("Enter")
    tab_to(page, "link", "Retry")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Mended.")
    tab_to(page, "button", "Map again with today's mappings")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The order will be tried again.", exact=True)).to_be_visible()
    assert OutboxMessage.objects.get(subject=stopped.subject).state == State.PENDING


def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page, stopped: Order) -> None:
    page.goto(reverse("admin:orders_order_change", args=[stopped.pk]))
    tab_to(page, "link", "Cancel")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Give this order up here?")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
        assert dialog.locator(":focus").count() == 1
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Cancel").first).to_be_focused()


def test_the_dialogs_cross_closes_it(page: Page, stopped: Order) -> None:
    page.goto(reverse("admin:orders_order_change", args=[stopped.pk]))
    tab_to(page, "link", "Cancel")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Close")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_list_is_filtered(page: Page, stopped: Order) -> None:
    page.goto(reverse("admin:orders_order_changelist"))
    tab_to(page, "button", "Filters")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Filters")
    expect(panel.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="Filters")).to_be_focused()


def test_the_first_stop_leads_past_the_menu(page: Page, application: Application) -> None:
    page.goto(reverse("admin:index"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_where_the_focus_is_can_be_seen(page: Page, stopped: Order) -> None:
    page.goto(reverse("admin:orders_order_change", args=[stopped.pk]))
    for _ in range(40):
        page.keyboard.press("Tab")
        drawn = page.evaluate(
            "() => { for (let e = document.activeElement; e; e = e.parentElement) {"
            " const s = getComputedStyle(e); if (s.outlineStyle !== 'none' && s.outlineWidth !== '0px') return true }"
            " return false }"
        )
        assert drawn, page.evaluate("document.activeElement.outerHTML")
