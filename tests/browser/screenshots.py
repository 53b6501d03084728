"""The pictures of the README, made anew by `make screenshots`: a week of an invented shop, and its morning."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from connectors.sandbox.core import Sandbox
from hub import summary
from hub.models import ApiCall, Application, SyncRun
from hub.models.work import State
from orders.models import Order
from tests import day
from tests.browser.conftest import PHONE

FOLDER = settings.BASE_DIR / "docs" / "images"
FIRST = ("Maja", "Elin", "Samira", "Olle", "Nils", "Aino", "Ravi", "Greta", "Ali", "Tuva")
LAST = ("Provberg", "Exempelsson", "Testlund", "Modellgren", "Mallström", "Påhittad")
# Orders in each hour of a day: few at night, most in the evening.
HOURS = (1, 0, 0, 0, 0, 0, 1, 2, 4, 5, 6, 7, 8, 7, 6, 6, 7, 8, 10, 12, 13, 11, 6, 3)
BUSY = {"width": 1280, "height": 1000}
Status = Order.Status


@pytest.fixture
def morning(
    application: Application,
    sandbox: Sandbox,
    received: Callable[..., Order],
    work: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hub after a week, with what needs a person this morning."""
    monkeypatch.setattr(settings, "NORCE_REQUESTS_PER_MINUTE", 60)
    rows = random.Random(7)
    Order.objects.bulk_create(week(application, rows))
    ApiCall.objects.bulk_create(calls(rows))
    day.pass_by(application, sandbox, received, work)


def week(application: Application, rows: random.Random) -> Iterator[Order]:
    """Yield the orders of the last seven days, all of them through."""
    now = timezone.now()
    number = 5100300
    for hours_ago in range(7 * 24, 0, -1):
        begin = now - timedelta(hours=hours_ago)
        for _ in range(rows.randint(0, 2 * HOURS[timezone.localtime(begin).hour])):
            number += rows.randint(1, 3)
            at = begin + timedelta(seconds=rows.randint(0, 3599))
            in_erp = at + timedelta(seconds=rows.lognormvariate(1.2, 0.9))
            first, last = rows.choice(FIRST), rows.choice(LAST)
            yield Order(
                application_key=application.key,
                source="WEB",
                client_order_ref=str(number),
                received_at=at,
                body=b"{}",
                buyer_email=f"{first}.{last}@example.com".lower().replace("ö", "o").replace("å", "a"),
                buyer_name=f"{first} {last}",
                currency="SEK",
                total=rows.randint(199, 4990),
                erp_order_no=f"SO{number - 5000000}",
                erp_ordered_at=in_erp,
                acknowledged_at=in_erp + timedelta(seconds=rows.lognormvariate(0.5, 0.7)),
                status=Status.INVOICED if hours_ago > 40 else rows.choice([Status.CONFIRMED, Status.DELIVERED]),
                invoiced_in_full=hours_ago > 40,
            )


def calls(rows: random.Random) -> Iterator[ApiCall]:
    """Yield the calls to Norce of the last hours."""
    now = timezone.now()
    for minutes_ago in range(6 * 60):
        for _ in range(rows.choice((0, 2, 3, 5, 8, 14, 31))):
            yield ApiCall(
                created_at=now - timedelta(minutes=minutes_ago),
                system="norce",
                operation="Order/SendOrderStatus",
                method="POST",
                url=f"{settings.NORCE_BASE_URL}/commerce/connect/4.0/Order/SendOrderStatus",
                status=200,
                ms=rows.randint(40, 240),
            )


def picture(page: Page, name: str, path: str, height: int = BUSY["height"]) -> None:
    """Take a picture of the upper part of a page."""
    page.set_viewport_size(BUSY | {"height": height})
    page.goto(path)
    page.screenshot(path=FOLDER / f"{name}.png")


def test_screenshots(page: Page, morning: None) -> None:
    FOLDER.mkdir(exist_ok=True)
    stopped = Order.objects.get(client_order_ref="1002")
    held = SyncRun.objects.get(state=State.HELD)
    summary.refresh()
    picture(page, "front", reverse("admin:index"), 1400)
    picture(page, "order", reverse("admin:orders_order_change", args=[stopped.pk]), 1250)
    picture(page, "preview", reverse("admin:hub_syncrun_change", args=[held.pk]))
    page.set_viewport_size(PHONE)
    page.goto(reverse("admin:orders_order_change", args=[stopped.pk]))
    page.screenshot(path=FOLDER / "phone.png")
