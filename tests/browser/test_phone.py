"""The admin on a phone: everything can be reached by thumb, and nothing is hidden beside the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from hub.models import Application
from orders.models import Order
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(page: Page) -> Page:
    """The page on a phone."""
    page.set_viewport_size(PHONE)
    return page


@pytest.fixture
def held(application: Application, received: Callable[..., Order], work: Callable[[], int]) -> Order:
    """An order that waits for a decision."""
    order = received("01", DoHold=True)
    work()
    return order


def test_the_menu_opens_leads_on_and_closes(phone: Page, held: Order) -> None:
    phone.goto(reverse("admin:index"))
    orders = phone.get_by_role("navigation").get_by_role("link", name="Orders")
    expect(orders).to_be_hidden()
    phone.get_by_role("button", name="Menu").click()
    phone.get_by_role("button", name="Close").click()
    expect(orders).to_be_hidden()
    phone.get_by_role("button", name="Menu").click()
    orders.click()
    expect(phone.get_by_role("link", name=held.client_order_ref)).to_be_in_viewport()


def test_an_order_is_released_by_thumb(phone: Page, held: Order) -> None:
    phone.goto(reverse("admin:orders_order_change", args=[held.pk]))
    expect(phone.get_by_role("heading", level=1, name=held.client_order_ref, exact=True)).to_be_visible()
    phone.get_by_role("main").get_by_role("link", name="Release…").click()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The buyer is known.")
    button = dialog.get_by_role("button", name="Release")
    expect(button).to_be_in_viewport(ratio=1)
    button.click()
    expect(phone.get_by_text("The order is released and goes on.", exact=True)).to_be_visible()


def test_the_buttons_above_a_page_are_behind_one(phone: Page, held: Order) -> None:
    phone.goto(reverse("admin:orders_order_change", args=[held.pk]))
    phone.get_by_role("link", name="More buttons").click()
    expect(phone.get_by_role("link", name="History")).to_be_in_viewport(ratio=1)
