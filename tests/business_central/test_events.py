"""Notifications from Business Central: they ring, once however many come, and losing them loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from hub import erp_events, erp_subscriptions, runs, tasks
from hub.models import ApiCall, Application, EventSource, InboxEvent, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.business_central.server import BusinessCentralStub

Work = Callable[[], int]
PATH = "/erp/default/events"
HUB = "https://hub.example.com"
ORDER = "/api/v2.0/companies(1)/salesOrders(2)"
pytestmark = pytest.mark.django_db(transaction=True)
SETS = ["customers", "salesOrders", "salesInvoices", "salesCreditMemos"]


@pytest.fixture
def ringing(
    central: BusinessCentralStub, application: Application, client: Client, settings: Any
) -> BusinessCentralStub:
    """A Business Central that reaches the hub, which has subscribed to everything."""
    settings.HUB_URL = HUB

    def call_back(url: str, body: Any) -> tuple[int, str]:
        answer = client.post(url.removeprefix(HUB), json.dumps(body) if body else "", content_type="application/json")
        return answer.status_code, answer.content.decode()

    central.call_back = call_back
    tasks.renew_erp_events()
    return central


def notification(secret: str = "", **changes: Any) -> str:
    row = {
        "clientState": secret or erp_events.secret_of("default"),
        "resource": "/api/v2.0/companies(1)/salesOrders(2)",
    }
    return json.dumps({"value": [row | changes]})


def told(client: Client, body: str, path: str = PATH) -> int:
    return client.post(path, body, content_type="application/json").status_code


def waiting() -> list[str]:
    return sorted(InboxEvent.objects.filter(state=State.PENDING).values_list("subject", flat=True))


def test_it_subscribes_to_all_that_can_be_and_shakes_hands(ringing: BusinessCentralStub) -> None:
    rows = list(ringing.books.sets["subscriptions"].values())
    assert [row["resource"].rpartition("/")[2] for row in rows] == SETS
    assert {row["notificationUrl"] for row in rows} == {f"{HUB}{PATH}"}


def test_the_secret_by_which_notifications_are_told_is_in_no_record(ringing: BusinessCentralStub) -> None:
    calls = ApiCall.objects.filter(url__endswith="/subscriptions", method="POST")
    assert calls.count() == len(SETS)
    assert not any(erp_events.secret_of("default") in call.request + call.response for call in calls)


def test_what_lives_on_is_left_alone_and_what_ends_soon_is_renewed(ringing: BusinessCentralStub) -> None:
    assert erp_subscriptions.renew() == []
    soon = (datetime.now(UTC) + timedelta(hours=40)).isoformat().replace("+00:00", "Z")
    first = next(iter(ringing.books.sets["subscriptions"].values()))
    first["expirationDateTime"] = soon
    assert erp_subscriptions.renew() == ["default: customers"]
    assert next(iter(ringing.books.sets["subscriptions"].values()))["expirationDateTime"] > soon
    assert len(ringing.books.sets["subscriptions"]) == len(SETS)


def test_one_that_was_deleted_is_made_again(ringing: BusinessCentralStub) -> None:
    ringing.books.sets["subscriptions"].popitem()
    assert erp_subscriptions.renew() == ["default: salesCreditMemos"]


def test_an_erp_that_is_away_is_subscribed_to_the_next_time(ringing: BusinessCentralStub) -> None:
    ringing.books.sets["subscriptions"].clear()
    ringing.secret = "changed"
    ringing.tokens.clear()
    assert erp_subscriptions.renew() == []


def test_without_https_nothing_is_subscribed_to(central: BusinessCentralStub, application: Application) -> None:
    assert erp_subscriptions.renew() == []
    assert central.calls == []


def test_a_change_is_read_long_before_the_next_poll(
    ringing: BusinessCentralStub, received: Callable[..., Order], work: Work
) -> None:
    order = received("01")
    work()
    order.refresh_from_db()
    ringing.books.ship(order.erp_order_no)
    assert ringing.notify("salesOrders") == 200
    work()
    order.refresh_from_db()
    assert order.status == Order.Status.DELIVERED


def test_many_notifications_are_one_run(
    client: Client, central: BusinessCentralStub, received: Any, work: Work
) -> None:
    received("01")
    work()
    for _ in range(20):
        assert told(client, notification()) == 200
    assert waiting() == ["erp_change:order_news"]
    work()
    assert SyncRun.objects.count() == 1


def test_one_that_comes_while_a_run_is_under_way_starts_another(
    application: Application, central: BusinessCentralStub, client: Client, received: Any, work: Work
) -> None:
    received("01")
    work()
    run = runs.start(resource="order_news", by="test")
    assert run is not None
    told(client, notification())
    event = InboxEvent.objects.get()
    with pytest.raises(erp_events.TransientError) as caught:
        erp_events.start_run(event)
    assert not caught.value.counts
    SyncRun.objects.update(state=State.DONE)
    erp_events.start_run(event)
    assert SyncRun.objects.count() == 2


def test_a_customer_that_has_changed_starts_both_registers(client: Client, central: BusinessCentralStub) -> None:
    resource = "/api/v2.0/companies(1)/customers?$filter=lastModifiedDateTime gt 2026-11-21T00:00:00Z"
    assert told(client, notification(resource=resource, changeType="collection")) == 200
    assert waiting() == ["erp_change:companies", "erp_change:customers"]


@pytest.mark.parametrize(
    "body", [notification("not-the-secret"), '{"value": []}', "", "[]", "null", "{", '{"value": [{}]}', '{"value": 7}']
)
def test_what_is_not_the_erps_own_is_refused_and_kept_nowhere(
    client: Client, central: BusinessCentralStub, body: str
) -> None:
    assert (told(client, body), InboxEvent.objects.count()) == (401, 0)


def test_of_several_subscriptions_only_ours_count(client: Client, central: BusinessCentralStub) -> None:
    stranger = json.loads(notification("other", resource="/api/v2.0/companies(1)/customers(2)"))["value"]
    ours = json.loads(notification())["value"]
    assert told(client, json.dumps({"value": stranger + ours})) == 200
    assert waiting() == ["erp_change:order_news"]


def test_one_connections_secret_opens_no_other(client: Client, central: BusinessCentralStub, settings: Any) -> None:
    settings.ERP_URLS |= {"second": settings.ERP_URLS["default"]}
    assert told(client, notification(), "/erp/second/events") == 401


def test_the_handshake_is_answered_as_text_and_only_by_an_erp_that_rings(
    client: Client, central: BusinessCentralStub, settings: Any
) -> None:
    answer = client.post(f"{PATH}?validationToken=%3Cb%3Ehi%3C/b%3E")
    assert (answer.content, answer["Content-Type"]) == (b"<b>hi</b>", "text/plain")
    assert client.post(f"{PATH}?validationToken={'x' * 3000}").status_code == 400
    assert client.get(PATH).status_code == 405
    settings.ERP_URLS |= {"second": "sandbox+http://sandbox.test/erp"}
    for path in ("/erp/second/events", "/erp/nowhere/events"):
        assert client.post(f"{path}?validationToken=x").status_code == 404


def test_what_could_not_be_kept_is_sent_again(
    client: Client, central: BusinessCentralStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: InboxEvent) -> bool:
        raise erp_events.DatabaseError

    monkeypatch.setattr(erp_events.inbox, "keep", fail)
    assert told(client, notification()) == 503


def test_a_thousand_changes_of_each_subscription_are_taken_in_one_call(
    client: Client, central: BusinessCentralStub
) -> None:
    # Any answer but 200, 408, 429 and 5xx would end the subscription.
    [row] = json.loads(notification(resource=ORDER, subscriptionId="x" * 32, changeType="updated"))["value"]
    assert told(client, json.dumps({"value": [row] * 1000 * len(SETS)})) == 200


def test_a_subscription_without_a_secret_does_not_silence_ours(client: Client, central: BusinessCentralStub) -> None:
    ours = json.loads(notification())["value"]
    assert told(client, json.dumps({"value": [{"resource": ORDER}, *ours]})) == 200
    assert waiting() == ["erp_change:order_news"]


def test_one_that_is_too_large_is_refused(client: Client, central: BusinessCentralStub, settings: Any) -> None:
    settings.ERP_EVENT_BODY_LIMIT = 10
    assert told(client, notification()) == 413


def test_an_erps_notifications_are_no_events_of_norce_that_may_fall_silent(
    client: Client, central: BusinessCentralStub
) -> None:
    told(client, notification())
    tasks.watch_inbox()
    assert not EventSource.objects.exists()
