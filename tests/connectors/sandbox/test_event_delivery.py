"""How events travel: Norce's headers and waits, the end after seventeen tries, and what faults do to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import simplejson

from connectors.sandbox.core import Sandbox
from connectors.sandbox.event_delivery import TIMEOUT, WAITS
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state_file import StateFile
from tests.connectors.sandbox.conftest import EVENTS, Caller, Clock, Hub

JOB = "JobCompletedEvent"


def raise_jobs(caller: Caller, number: int = 1) -> None:
    """Raise events of jobs 1 up to ``number``."""
    bodies = [{"ClientId": 1900, "JobId": job, "StatusId": 2} for job in range(1, number + 1)]
    assert caller.control("events", [{"type": JOB, "body": body} for body in bodies]).status_code == 200


def jobs(hub: Hub) -> list[int]:
    """The numbers of the jobs that the hub was told about, in their order."""
    return [simplejson.loads(request.body)["JobId"] for request in hub.received]


def counts(caller: Caller) -> Any:
    return caller.state()["norce"]["events"]["by_type"][JOB]


def test_it_is_sent_with_the_token_and_the_name_of_its_type(norce: Caller, hub: Hub) -> None:
    raise_jobs(norce)
    norce.sandbox.delivery.deliver()
    (sent,) = hub.received
    assert (sent.method, sent.url) == ("POST", f"{EVENTS}/{JOB}")
    assert (sent.headers["Authorization"], sent.headers["x-norce-event-type"]) == ("Bearer token", JOB)
    assert sent.headers["Content-Type"].startswith("application/json")
    assert simplejson.loads(sent.body) == {"ClientId": 1900, "JobId": 1, "StatusId": 2}


def test_what_has_arrived_is_counted_and_forgotten(norce: Caller, hub: Hub) -> None:
    raise_jobs(norce, 3)
    hub.answers = [(202, "")]
    assert norce.sandbox.delivery.deliver() == 3
    assert (counts(norce), norce.events(), jobs(hub)) == ({"raised": 3, "delivered": 3}, [], [1, 2, 3])


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_any_other_answer_has_it_sent_again_after_five_seconds(
    norce: Caller, hub: Hub, clock: Clock, status: int
) -> None:
    raise_jobs(norce)
    hub.answers = [(status, "")]
    assert norce.sandbox.delivery.deliver() == 1
    clock.pass_seconds(4.9)
    assert norce.sandbox.delivery.deliver() == 0
    clock.pass_seconds(0.1)
    assert norce.sandbox.delivery.deliver() == 1
    assert counts(norce) == {"raised": 1, "retried": 1, "delivered": 1}


def test_no_answer_has_it_sent_again_too(norce: Caller, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    patience = []

    def hang(request: Any, *, timeout: float, **_: Any) -> None:
        patience.append(timeout)
        raise requests.ReadTimeout

    monkeypatch.setattr(hub, "send", hang)
    raise_jobs(norce)
    norce.sandbox.delivery.deliver()
    assert (patience, counts(norce)) == ([TIMEOUT], {"raised": 1, "retried": 1})


def test_it_is_dead_after_seventeen_tries_in_22_hours_and_4_minutes(norce: Caller, hub: Hub, clock: Clock) -> None:
    raise_jobs(norce)
    hub.answers = [(503, "")] * 30
    begun = clock.now
    for wait in WAITS:
        assert norce.sandbox.delivery.deliver() == 1
        clock.pass_seconds(wait)
    assert (clock.now - begun, norce.sandbox.delivery.deliver()) == (22 * 3600 + 4 * 60, 1)
    clock.pass_seconds(30 * 86400)
    assert (norce.sandbox.delivery.deliver(), len(hub.received)) == (0, 17)
    assert (counts(norce), norce.events()) == ({"raised": 1, "retried": 16, "dead": 1}, [])


def test_the_waits_can_be_shortened(make: Callable[..., Caller], hub: Hub) -> None:
    norce = make(events_url=EVENTS, event_wait_scale=0)
    raise_jobs(norce)
    hub.answers = [(503, "")] * 30
    assert norce.sandbox.delivery.deliver() == 17


def test_an_event_that_waits_does_not_hold_the_others_up(norce: Caller, hub: Hub) -> None:
    raise_jobs(norce, 2)
    hub.answers = [(503, "")]
    norce.sandbox.delivery.deliver()
    assert counts(norce) == {"raised": 2, "retried": 1, "delivered": 1}


def test_a_job_ends_and_is_told_though_nobody_asks_for_it(norce: Caller, hub: Hub, clock: Clock) -> None:
    row = {"Code": "C1", "FirstName": "M", "LastName": "P", "EmailAddress": "m@example.com"}
    norce.connect("Customer/ImportCustomers", [row], AccountId=1, CustomerFieldsThatAreSet=list(row))
    clock.pass_seconds(3)
    norce.sandbox.delivery.deliver()
    assert [request.headers["x-norce-event-type"] for request in hub.received] == ["CustomerChangedNotification", JOB]


def test_the_double_events_fault_sends_each_twice_and_no_more(norce: Caller, hub: Hub) -> None:
    norce.control("faults", {"norce": {"double_events": 1}})
    raise_jobs(norce, 3)
    norce.sandbox.delivery.deliver()
    assert (sorted(jobs(hub)), counts(norce)["delivered"]) == ([1, 1, 2, 2, 3, 3], 6)


def test_the_drop_events_fault_loses_a_share_silently(norce: Caller, hub: Hub) -> None:
    norce.control("faults", {"norce": {"drop_events": 0.5}})
    raise_jobs(norce, 20)
    norce.sandbox.delivery.deliver()
    counted = counts(norce)
    assert counted == {"raised": 20, "delivered": len(hub.received), "dropped": 20 - len(hub.received)}
    assert (0 < len(hub.received) < 20, norce.events()) == (True, [])


def test_the_shuffle_events_fault_breaks_the_order_and_loses_nothing(norce: Caller, hub: Hub) -> None:
    norce.control("faults", {"norce": {"shuffle_events": True}})
    raise_jobs(norce, 20)
    norce.sandbox.delivery.deliver()
    assert sorted(jobs(hub)) == list(range(1, 21)) != jobs(hub)


def test_the_late_events_fault_lets_later_ones_overtake(norce: Caller, hub: Hub, clock: Clock) -> None:
    norce.control("faults", {"norce": {"late_events": 1}})
    raise_jobs(norce)
    norce.sandbox.delivery.deliver()
    norce.control("faults", {"norce": {}})
    norce.control("events", {"type": JOB, "body": {"ClientId": 1900, "JobId": 9, "StatusId": 2}})
    norce.sandbox.delivery.deliver()
    clock.pass_seconds(5)
    norce.sandbox.delivery.deliver()
    assert jobs(hub) == [9, 1]


@pytest.mark.parametrize(
    "fault", [{"double_events": 2}, {"drop_events": "all"}, {"shuffle_events": 1}, {"late_events": -1}, {"lost": 1}]
)
def test_a_fault_that_makes_no_sense_is_refused(norce: Caller, fault: dict[str, Any]) -> None:
    assert norce.control("faults", {"norce": fault}).status_code == 400


def test_what_waits_survives_a_restart_with_its_tries(norce: Caller, hub: Hub, clock: Clock, tmp_path: Path) -> None:
    raise_jobs(norce, 2)
    hub.answers = [(503, "")] * 2
    norce.sandbox.delivery.deliver()
    StateFile(tmp_path / "state.json", norce.sandbox.state).save()
    session = requests.Session()
    session.mount("http://hub.test", hub)
    options = SandboxOptions(events_url=EVENTS)
    again = Caller(Sandbox(options, clock=clock, hub_session=session))
    StateFile(tmp_path / "state.json", again.sandbox.state).load()
    assert again.sandbox.delivery.deliver() == 0
    clock.pass_seconds(5)
    assert (again.sandbox.delivery.deliver(), jobs(hub)) == (2, [1, 2, 1, 2])
    assert counts(again) == {"raised": 2, "retried": 2, "delivered": 2}


def test_a_reset_forgets_what_waits_even_an_event_that_is_under_way(norce: Caller, hub: Hub) -> None:
    raise_jobs(norce, 2)
    send = hub.send

    def reset(request: Any, **options: Any) -> Any:
        norce.control("reset", {})
        return send(request, **options)

    hub.send = reset  # type: ignore[method-assign]
    norce.sandbox.delivery.deliver()
    assert (len(hub.received), norce.state()["norce"]["events"]) == (1, {"by_type": {}, "waiting": []})


def test_an_event_that_is_under_way_is_not_taken_by_a_second_sender(norce: Caller, hub: Hub) -> None:
    raise_jobs(norce, 2)
    send = hub.send

    def overtake(request: Any, **options: Any) -> Any:
        hub.send = send  # type: ignore[method-assign]
        norce.sandbox.delivery.deliver()
        return send(request, **options)

    hub.send = overtake  # type: ignore[method-assign]
    norce.sandbox.delivery.deliver()
    assert jobs(hub) == [2, 1]
