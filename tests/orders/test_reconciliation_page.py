"""The page Reconciliation: figures side by side, differences marked, a missing order fetched with one click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from hub import by_hand
from hub.models import Application, Attempt, OutboxMessage, SyncRun
from orders.day_count import DayCount
from orders.figures import Figure
from orders.models import Order
from orders.reconciliation import page, still_missing
from tests.faults import operations, to_erp
from tests.front import text_of
from tests.orders.norce_side import compare, count_of, fetching, figure, in_norce

Work = Callable[[], int]
URL = "admin:orders_daycount_changelist"


@pytest.fixture
def lost(application: Application, sandbox: Sandbox, work: Work) -> DayCount:
    """A day of which one order is missing."""
    in_norce(sandbox)
    compare(work)
    return count_of()


@pytest.fixture
def viewer(client: Client, transactional_db: None) -> Client:
    """A person who may look and not press."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_daycount"))
    client.force_login(user)
    return client


def shown(client: Client) -> str:
    return client.get(reverse(URL)).content.decode()


def fetch_url(row: DayCount) -> str:
    return reverse("admin:orders_daycount_fetch", args=[row.pk, row.missing[0]["id"]])


def counted(application: Application, *sides: Figure | None) -> DayCount:
    norce, hub, sent, erp = sides
    assert norce and hub and sent
    return DayCount.objects.create(
        day=timezone.localdate(),
        application_key=application.key,
        norce=norce.as_json(),
        hub=hub.as_json(),
        sent=sent.as_json(),
        erp=erp and erp.as_json(),
        counted_until=timezone.now(),
    )


def verdict() -> str:
    [line] = page()["lines"]
    return str(line.verdict)


def test_a_missing_order_is_marked_and_can_be_fetched(admin_client: Client, lost: DayCount) -> None:
    text = shown(admin_client)
    for part in ("1 missing", "Exempel SE", "1,596.10\N{NO-BREAK SPACE}SEK", "5100231", fetch_url(lost), "Count again"):
        assert part in text


def test_nobody_is_asked_for_the_page(admin_client: Client, lost: DayCount) -> None:
    before = len(operations("norce")), len(operations("erp:default"))
    shown(admin_client)
    assert (len(operations("norce")), len(operations("erp:default"))) == before


def test_fetching_asks_why_and_is_done_by_a_worker(
    admin_client: Client, lost: DayCount, sandbox: Sandbox, work: Work
) -> None:
    assert "Fetch order 5100231 from Norce?" in admin_client.get(fetch_url(lost)).content.decode()
    asked = operations("norce")
    answer = admin_client.post(fetch_url(lost), {"reason": "The buyer has called."}, follow=True).content.decode()
    assert "The order will be fetched." in answer and "Waiting" in answer
    assert (operations("norce"), Order.objects.count()) == (asked, 0)
    work()
    assert Attempt.objects.filter(asked_by="admin", reason="The buyer has called.").exists()
    order = Order.objects.get()
    assert "without its payments" in to_erp(order).error
    text = shown(admin_client)
    assert "Orders that never came from Norce" not in text and fetch_url(lost) not in text


def test_without_a_reason_nothing_is_fetched(admin_client: Client, lost: DayCount) -> None:
    answer = admin_client.post(fetch_url(lost), {"reason": " "}).content.decode()
    assert "Say why" in answer
    assert not OutboxMessage.objects.filter(kind="norce.fetch_order").exists()


def test_what_failed_can_be_asked_for_again(admin_client: Client, lost: DayCount, sandbox: Sandbox, work: Work) -> None:
    admin_client.post(fetch_url(lost), {"reason": "First"})
    by_hand.cancel(fetching(), by="test", reason="no")
    assert fetch_url(lost) in shown(admin_client)
    admin_client.post(fetch_url(lost), {"reason": "Second"})
    work()
    assert Order.objects.count() == 1


@pytest.mark.parametrize("place", [(0, 99), (99, 0)])
def test_only_what_is_missing_can_be_fetched(admin_client: Client, lost: DayCount, place: tuple[int, int]) -> None:
    args = [lost.pk + place[0], lost.missing[0]["id"] + place[1]]
    assert admin_client.post(reverse("admin:orders_daycount_fetch", args=args), {"reason": "x"}).status_code == 404


def test_counting_again_starts_a_full_run_once(admin_client: Client, lost: DayCount) -> None:
    url = reverse("admin:orders_daycount_count")
    assert admin_client.get(url).status_code == 405
    assert "The run has been started." in admin_client.post(url, follow=True).content.decode()
    assert "under way already" in admin_client.post(url, follow=True).content.decode()
    assert SyncRun.objects.filter(mode="full", asked_by="admin").count() == 1


def test_a_viewer_sees_and_cannot_press(viewer: Client, lost: DayCount) -> None:
    text = shown(viewer)
    assert "1 missing" in text and fetch_url(lost) not in text and "Count again" not in text
    assert viewer.post(fetch_url(lost), {"reason": "x"}).status_code == 403
    assert viewer.post(reverse("admin:orders_daycount_count")).status_code == 403


def test_others_see_nothing(client: Client, lost: DayCount) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(reverse(URL)).status_code == 403


def test_who_may_press_but_not_look_is_refused(client: Client, lost: DayCount) -> None:
    user = User.objects.create_user("blind", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="retry"))
    client.force_login(user)
    assert client.get(fetch_url(lost)).status_code == 403


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        ((figure(2, "100.00"), figure(2, "99.00"), figure(2, "99.00"), figure(2, "99.00")), "Agrees"),
        ((figure(2, "100.00"), figure(2, "98.99"), figure(2, "99.00"), figure(2, "99.00")), "Differs"),
        ((figure(2, "100.00"), figure(2, "100.00"), figure(2, "100.00"), figure(1, "50.00")), "Differs"),
        ((figure(1, "9.00"), figure(1, "9.00"), figure(5, "100.00"), figure(5, "100.00")), "Agrees"),
        ((figure(1, "9.00"), figure(1, "9.00", "EUR"), figure(0), figure(0)), "Differs"),
        ((figure(1, "9.00"), figure(1, "9.00"), figure(0), None), "ERP not asked"),
        ((figure(3, "9.00"), figure(1, "9.00"), figure(0), None), "2 missing"),
    ],
)
def test_a_days_figures_agree_or_not(application: Application, sides: tuple[Figure | None, ...], said: str) -> None:
    counted(application, *sides)
    assert said in verdict()


def test_the_orders_of_a_day_are_linked(
    admin_client: Client, application: Application, received: Callable[..., Order], work: Work
) -> None:
    today, earlier = received("01"), received("01", ClientOrderRef="6001")
    Order.objects.filter(pk=earlier.pk).update(received_at=timezone.now() - timedelta(days=1))
    counted(application, *[figure(1)] * 4)
    [line] = page()["lines"]
    answer = admin_client.get(line.orders_url)
    assert list(answer.context["cl"].result_list) == [today]


def test_the_front_page_counts_what_is_still_missing(admin_client: Client, lost: DayCount, work: Work) -> None:
    assert "Orders that never came from Norce" in text_of(admin_client)
    admin_client.post(fetch_url(lost), {"reason": "Wanted"})
    work()
    assert "Orders that never came from Norce" not in text_of(admin_client)


def test_another_sources_order_with_the_same_number_is_not_taken_for_it(
    application: Application, admin_client: Client, received: Callable[..., Order], sandbox: Sandbox, work: Work
) -> None:
    received("01")
    work()
    in_norce(sandbox, "5100231", Source="TORGET", OrderType=5)
    compare(work)
    text = shown(admin_client)
    assert (fetch_url(count_of()) in text, "It is here now" in text, still_missing()) == (True, False, 1)


@pytest.fixture
def bad_fortnight(application: Application) -> Iterator[None]:
    """Two weeks in which many orders of two applications never came."""
    whole = Figure(count=300, sums={"SEK": Decimal(1)}).as_json()
    lost: list[dict[str, Any]] = [
        {
            "id": n,
            "reference": str(n),
            "number": str(n),
            "at": timezone.now().isoformat(),
            "amount": "1",
            "currency": "",
        }
        for n in range(200)
    ]
    DayCount.objects.bulk_create(
        DayCount(
            day=timezone.localdate() - timedelta(days=age),
            application_key=key,
            norce=whole,
            hub=figure(0).as_json(),
            sent=whole,
            erp=whole,
            missing=lost,
            counted_until=timezone.now(),
        )
        for age in range(20)
        for key in (application.key, "another")
    )
    yield


def test_the_page_of_a_bad_fortnight_stays_under_fifteen_queries(admin_client: Client, bad_fortnight: None) -> None:
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        text = shown(admin_client)
    assert len(queries) < 15
    assert (text.count("300 missing"), text.count("/fetch/")) == (28, 28 * 200)
    assert "and 2800 more" in text


def test_the_front_page_counts_what_the_page_lists_and_the_more_it_tells_of(
    admin_client: Client, application: Application, bad_fortnight: None
) -> None:
    Order.objects.create(client_order_ref="7", application_key=application.key, body=b"{}")
    assert shown(admin_client).count("/fetch/") == 28 * 200 - 14
    assert still_missing() == 28 * 300 - 14
