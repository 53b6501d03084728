"""Norce's events: raised as rows of the state, inside of its lock, and counted by type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jsonschema import Draft202012Validator

from connectors.sandbox.contracts import event_problem, refuse_errors
from connectors.sandbox.http import Refusal
from connectors.sandbox.state import State, written
from connectors.sandbox.table import Record

# Whatever Norce may name a type one day; it becomes a part of an address and a header.
GIVEN = {
    "type": "object",
    "properties": {"type": {"type": "string", "pattern": "^[!-~]+$"}, "body": {}, "raw": {"type": "boolean"}},
    "required": ["type", "body"],
    "additionalProperties": False,
}
ALL_GIVEN = Draft202012Validator({"type": "array", "items": GIVEN})


def raise_event(state: State, event_type: str, body: Record) -> None:
    """Record an event, due at once; nothing is recorded while events are switched off (query-event.md § 3.1).

    Raises ValueError for a body that is not exactly the contract's: that is a fault of the sandbox.
    """
    if not state.raises_events:
        return
    problem = event_problem(event_type, body)
    if problem:
        raise ValueError(problem)
    _record(state, event_type, body)


def raise_given(state: State, given: Any) -> int:
    """Record events that somebody made up, one or a list of ``{"type", "body", "raw"}``; return how many.

    Refuses (400) all of them when one is not the contract's, unless it is ``raw``: then its body is
    sent as it is, a text as it is written.
    """
    if not state.raises_events:
        raise Refusal(400, "The hub's address for events is not set; set SANDBOX_EVENTS_URL.")
    wanted = given if isinstance(given, list) else [given]
    refuse_errors(ALL_GIVEN.iter_errors(wanted), "events")
    for each in wanted:
        problem = "" if each.get("raw") else event_problem(each["type"], each["body"])
        if problem:
            raise Refusal(400, problem)
    for each in wanted:
        _record(state, each["type"], each["body"])
    return len(wanted)


def put(state: State, row: Record, wait: float) -> None:
    """Keep an event that is due in ``wait`` seconds; its key lets the table have the earliest first."""
    due = written(datetime.fromtimestamp(state.clock() + wait, UTC))
    state.events.save({**row, "key": f"{due}/{row['number']:010d}", "due": due})


def count(state: State, event_type: str, what: str) -> None:
    """Count an event of this type as ``raised``, ``delivered``, ``retried``, ``dead`` or ``dropped``."""
    counts = state.event_counts.get(event_type) or {"type": event_type}
    state.event_counts.save({**counts, what: counts.get(what, 0) + 1})


def show_events(state: State) -> Record:
    """Return the counts by type, and the events that wait to be sent, the next one first."""
    by_type = {row["type"]: {name: row[name] for name in row if name != "type"} for row in state.event_counts}
    return {"by_type": by_type, "waiting": list(state.events.after(None))}


def _record(state: State, event_type: str, body: Any) -> None:
    number = state.take_number("event")
    row = {"number": number, "type": event_type, "body": body, "tries": 0, "is_double": False}
    put(state, row, wait=0)
    count(state, event_type, "raised")
