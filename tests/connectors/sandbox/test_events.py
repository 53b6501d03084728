"""Events are recorded only while somebody is told; made up ones go the same way."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.events import raise_event
from connectors.sandbox.state import State
from tests.connectors.sandbox.conftest import Caller, Clock, Hub

JOB = {"type": "JobCompletedEvent", "body": {"ClientId": 1900, "JobId": 5, "StatusId": 2}}


def test_nothing_is_recorded_while_no_address_is_set(sandbox: Caller, hub: Hub) -> None:
    sandbox.order()
    assert sandbox.state()["norce"]["events"] == {"by_type": {}, "waiting": []}
    assert (sandbox.sandbox.delivery.deliver(), len(hub.received)) == (0, 1)


def test_made_up_events_need_an_address(sandbox: Caller) -> None:
    answer = sandbox.control("events", JOB)
    assert (answer.status_code, "SANDBOX_EVENTS_URL" in answer.text) == (400, True)


@pytest.mark.parametrize(("given", "number"), [(JOB, 1), ([JOB, JOB], 2), ([], 0)])
def test_one_event_or_a_list_is_sent(norce: Caller, hub: Hub, given: Any, number: int) -> None:
    assert norce.control("events", given).json() == {"raised": number}
    assert (norce.sandbox.delivery.deliver(), len(hub.received)) == (number, number)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({**JOB, "type": "JobEvent"}, "no events of type JobEvent"),
        ({**JOB, "body": {"ClientId": 1900}}, "'JobId' is a required property"),
        ({**JOB, "body": {**JOB["body"], "JobId": "five"}}, "JobCompletedEvent: JobId"),
        ({**JOB, "body": {**JOB["body"], "JobKey": "x"}}, "JobKey"),
        ({**JOB, "body": []}, "the body"),
        ({**JOB, "type": "Job Event", "raw": True}, "type"),
        ({"type": "JobCompletedEvent"}, "body"),
        ({**JOB, "id": 1}, "id"),
        ("text", "events"),
    ],
)
def test_it_records_none_when_one_is_not_the_contracts(norce: Caller, wrong: Any, told: str) -> None:
    answer = norce.control("events", [JOB, wrong])
    assert (answer.status_code, told in answer.text) == (400, True), answer.text
    assert norce.events() == []


@pytest.mark.parametrize(
    ("body", "sent"), [({"Anything": None}, b'{"Anything": null}'), ("{broken", b"{broken"), ([1], b"[1]")]
)
def test_nonsense_is_sent_as_it_is_when_it_is_wanted(norce: Caller, hub: Hub, body: Any, sent: bytes) -> None:
    assert norce.control("events", {"type": "New/Event", "body": body, "raw": True}).status_code == 200
    norce.sandbox.delivery.deliver()
    assert (hub.received[0].url, hub.received[0].body) == ("http://hub.test/norce/events/New%2FEvent", sent)


def test_a_body_of_its_own_that_breaks_the_contract_is_a_fault_of_the_sandbox(clock: Clock) -> None:
    state = State(clock)
    state.raises_events = True
    with pytest.raises(ValueError, match="the contract has no JobKey"):
        raise_event(state, JOB["type"], {**JOB["body"], "JobKey": "x"})
    assert len(state.events) == 0
