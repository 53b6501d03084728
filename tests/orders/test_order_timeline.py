"""An order's time-line: everything from both systems and from people, oldest first, in stretches of bounded length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from hub.entries import Entry
from hub.erasing import erase, known
from hub.models import ApiCall, Application, InboxEvent, OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from hub.person import Person
from hub.timeline import PAGE
from orders.document_lines import lines
from orders.models import Invoice, Order
from orders.order_timeline import Moments, moment_of, moments
from orders.releasing import question_of
from tests.faults import BUYER, to_erp
from tests.orders.clerk import clerk, read_news

Work = Callable[[], int]
SAID = {"_form_submitted": "on", "reason": "Looked at it"}


def stretch(order: Order, before: str = "") -> Moments:
    found = Order.objects.get(pk=order.pk)
    return moments(found, lines(found), moment_of(before))


def told(order: Order) -> list[Entry]:
    return [moment.entry for moment in stretch(order).shown]


def titles(order: Order) -> list[str]:
    return [entry.title for entry in told(order)]


def page_of(client: Client, order: Order, query: str = "") -> str:
    return client.get(reverse("admin:orders_order_change", args=[order.pk]) + query).content.decode()


@pytest.fixture
def delivered(confirmed: Order, sandbox: Sandbox, work: Work) -> Order:
    """An order that is delivered, invoiced and credited in the ERP, and in Norce."""
    clerk(sandbox, "ship", parcels=["PARCEL-1"])
    clerk(sandbox, "invoice")
    clerk(sandbox, "credit")
    read_news(work)
    return confirmed


def test_the_whole_life_of_an_order_is_told_in_order(delivered: Order) -> None:
    found = titles(delivered)
    wanted = [
        "Received from Norce",
        "ERP default · create order → 201",
        "The ERP has the order",
        "Order to the ERP · attempt 1: done",
        "Order status to Norce: Confirmed · attempt 1: done",
        "From the ERP: Delivery note D70001",
        "Delivery note to Norce: D70001 · attempt 1: done",
        "Invoice to Norce: F80001 · attempt 1: done",
        "Credit to Norce: K90001 · attempt 1: done",
    ]
    places = [next(place for place, title in enumerate(found) if title.startswith(start)) for start in wanted]
    assert places == sorted(places)


def test_the_oldest_comes_first_and_the_time_between_is_told(delivered: Order) -> None:
    Order.objects.update(received_at=timezone.now() - timedelta(days=2, minutes=90))
    shown = stretch(delivered).shown
    assert all(one.entry.at <= other.entry.at for one, other in pairwise(shown))
    assert (shown[0].entry.title, shown[1].after) == ("Received from Norce", "2 d 1 h")


def test_a_call_shows_what_was_asked_and_answered(confirmed: Order) -> None:
    [call] = [entry for entry in told(confirmed) if "create order" in entry.title]
    assert {name for name, text in call.details if text} == {"POST", "Request", "Answer"}


def test_news_that_a_run_skipped_stand_with_their_reason(confirmed: Order) -> None:
    run = SyncRun.objects.create(resource="order_news", state=State.DONE)
    SyncRow.objects.create(
        run=run, subject=confirmed.subject, action="skipped", message="Received: the order is Confirmed already."
    )
    [entry] = [entry for entry in told(confirmed) if entry.kind == "run"]
    assert (entry.title, entry.tone) == ("News of orders from the ERP: skipped", "wait")
    assert entry.text == "Received: the order is Confirmed already."


def test_who_pressed_what_and_why_is_told(
    admin_client: Client, received: Callable[..., Order], application: Application, work: Work
) -> None:
    order = received("01", DoHold=True)
    work()
    release = reverse("admin:orders_order_release", args=[order.pk])
    admin_client.post(release, SAID | {"question": question_of(to_erp(order))})
    work()
    assert [entry.title for entry in told(order) if entry.by == "admin"] == [
        "By hand: The order is released and goes on."
    ]
    [again] = [entry for entry in told(order) if entry.title == "Order to the ERP · attempt 2: done"]
    assert again.text.startswith("asked by admin: ") and "Looked at it" in again.text


def test_a_try_of_the_hubs_own_is_nobodys(confirmed: Order) -> None:
    assert {entry.by for entry in told(confirmed)} == {""}


def test_an_erasure_is_told_without_whom(confirmed: Order) -> None:
    erase(known(Person(emails=frozenset({BUYER}))), by="anna", reason="asked", even_unfinished=True)
    assert titles(confirmed)[-1] == "Personal data was erased"


def test_what_the_erp_has_no_more_is_told(delivered: Order) -> None:
    Invoice.objects.filter(number="F80001").update(gone_at=timezone.now())
    Order.objects.update(gone_at=timezone.now())
    assert titles(delivered)[-2:] == ["The ERP has it no more: Invoice F80001", "The ERP has the order no more"]


@pytest.fixture
def long_story(confirmed: Order) -> Order:
    """An order of which much more is told than a page holds, a minute apart, all before it was received."""
    start = confirmed.received_at - timedelta(days=1)
    ApiCall.objects.bulk_create(
        ApiCall(subject=confirmed.subject, system="norce", operation=f"call {n}", method="GET", url="", ms=1,
                status=200, created_at=start + timedelta(minutes=n))
        for n in range(250)
    )  # fmt: skip
    return confirmed


def test_a_long_story_is_told_in_stretches_without_a_gap_or_a_double(long_story: Order) -> None:
    found: list[Entry] = []
    before = ""
    while True:
        part = stretch(long_story, before)
        assert PAGE >= len(part.shown) > 0
        found = [moment.entry for moment in part.shown] + found
        if part.older is None:
            break
        before = part.older.isoformat()
    calls = [entry.title.split(" → ")[0] for entry in found if " call " in f" {entry.title}"]
    assert [title for title in calls if "· call" in title] == [f"Norce · call {n}" for n in range(250)]
    assert all(one.at <= other.at for one, other in pairwise(found))


def test_the_page_leads_to_older_moments_and_back(admin_client: Client, long_story: Order) -> None:
    part = stretch(long_story)
    assert part.older is not None
    assert "Older moments" in page_of(admin_client, long_story)
    older = admin_client.get(
        reverse("admin:orders_order_change", args=[long_story.pk]), {"before": part.older.isoformat()}
    ).content.decode()
    assert "The latest moments" in older and "Received from Norce" not in older


@pytest.mark.parametrize("text", ["", "soon", "2026-11-27", "2026-11-27T10:00:00", "9" * 50])
def test_an_address_that_names_no_moment_shows_the_latest(text: str) -> None:
    assert moment_of(text) is None


def test_the_page_of_a_long_story_stays_under_fifteen_queries(admin_client: Client, long_story: Order) -> None:
    page_of(admin_client, long_story)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(key=f"x:{n}", kind="norce.order_status", system="norce", subject=long_story.subject, state="done")
        for n in range(300)
    )
    InboxEvent.objects.bulk_create(
        InboxEvent(event_type="OrderConfirmedEvent", subject=long_story.subject, key=f"x:{n}", body=b"", state="done")
        for n in range(300)
    )
    with CaptureQueriesContext(connection) as queries:
        page_of(admin_client, long_story)
    assert len(queries) < 15
