"""The sandbox's Norce sends its events to the hub's own address: none is lost, and each that is single is kept once."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from django.db import OperationalError
from django.test import Client

from connectors.sandbox.core import Sandbox
from connectors.sandbox.events import raise_event
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.registration import register_order
from hub import inbox
from hub.models import InboxEvent, RejectedMessage
from tests.conftest import sample
from tests.faults import set_faults

TOKEN = "a-long-random-token-for-tests"

pytestmark = pytest.mark.django_db(transaction=True)


class Door(requests.adapters.BaseAdapter):
    """A requests adapter that knocks at the hub's views in this process, and keeps what they answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[int] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        """Hand the request to Django and return what it answers."""
        content_type = request.headers.pop("Content-Type")
        answer = Client().post(request.path_url, request.body, content_type, headers=dict(request.headers))
        self.answers.append(answer.status_code)
        reply = requests.Response()
        reply.status_code, reply.request, reply.url = answer.status_code, request, request.url or ""
        return reply

    def close(self) -> None:
        """Hold nothing open."""


@pytest.fixture
def door(settings: Any) -> Door:
    """The way to a hub that takes `TOKEN`."""
    settings.NORCE_EVENT_TOKENS = [TOKEN]
    return Door()


@pytest.fixture
def norce(door: Door) -> Sandbox:
    """A sandbox that repeats at once."""
    session = requests.Session()
    session.mount("http://hub.test", door)
    options = SandboxOptions(events_url="http://hub.test/norce/events", events_token=TOKEN, event_wait_scale=0)
    return Sandbox(options, hub_session=session)


def jobs_end(norce: Sandbox, number: int) -> None:
    """Raise the events of jobs 1 up to ``number``."""
    for job in range(1, number + 1):
        raise_event(norce.state, "JobCompletedEvent", {"ClientId": 1900, "JobId": job, "StatusId": 2})


def test_an_order_in_norce_is_told_to_the_hub(norce: Sandbox, door: Door) -> None:
    register_order(norce.state, sample("01"))
    norce.delivery.deliver()
    kept = set(InboxEvent.objects.values_list("event_type", "application_number"))
    assert kept == {("OrderReceivedEvent", 1901), ("CustomerChangedNotification", None)}
    assert (door.answers, RejectedMessage.objects.count()) == ([200, 200, 200], 0)


def test_doubled_late_and_shuffled_events_are_each_kept_once(norce: Sandbox, door: Door) -> None:
    set_faults(norce, norce={"double_events": 0.5, "late_events": 0.5, "shuffle_events": True})
    jobs_end(norce, 20)
    norce.delivery.deliver()
    assert (InboxEvent.objects.count(), InboxEvent.objects.values("subject").distinct().count()) == (20, 20)
    assert (len(door.answers) > 20, set(door.answers)) == (True, {200})


def test_events_wait_in_norce_while_the_hub_cannot_store_them(
    norce: Sandbox, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [OperationalError("the database is down")] * 5
    receive = inbox.receive

    def refuse(**event: Any) -> None:
        if refusals:
            raise refusals.pop()
        receive(**event)

    monkeypatch.setattr(inbox, "receive", refuse)
    jobs_end(norce, 2)
    norce.delivery.deliver()
    assert (door.answers.count(503), InboxEvent.objects.count(), len(norce.state.events)) == (5, 2, 0)


def test_events_wait_in_norce_while_the_hub_does_not_know_the_token(norce: Sandbox, door: Door, settings: Any) -> None:
    settings.NORCE_EVENT_TOKENS = ["the-token-of-another-year"]
    jobs_end(norce, 1)
    assert norce.delivery.deliver_one()
    settings.NORCE_EVENT_TOKENS = [TOKEN]
    norce.delivery.deliver()
    assert (door.answers, InboxEvent.objects.count()) == ([401, 200], 1)
