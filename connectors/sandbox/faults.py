"""What goes wrong on demand, per side: errors, delays, answers that get lost, jobs that hang."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from jsonschema import Draft202012Validator

from connectors.sandbox.contracts import refuse_errors
from connectors.sandbox.http import Refusal, Request, Response

ANY_WRITE = "*"
COUNT = {"type": "integer", "minimum": 0}
SECONDS = {"type": "number", "minimum": 0}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
FLOATS = {"error_rate", "latency", "short", "double_events", "drop_events", "late_events"}
SHAPES: dict[str, dict[str, Any]] = {
    "error_rate": SHARE,
    "throttle": {"type": "boolean"},
    "retry_after": {"type": ["integer", "null"], "minimum": 0},
    "latency": SECONDS,
    "lose_answers": {"anyOf": [COUNT, {"type": "object", "additionalProperties": COUNT}]},
    "fail_next": {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "integer", "minimum": 400, "maximum": 599}},
    },
    "expire_tokens": {"type": "boolean"},
    "jobs": {"enum": ["hang", "fail", None]},
    "fail_rows": {"type": "array", "items": {"type": "string"}},
    "fail_captures": COUNT,
    "double_events": SHARE,
    "drop_events": SHARE,
    "late_events": SHARE,
    "shuffle_events": {"type": "boolean"},
    "refuse_customers": {"type": "boolean"},
    "short": SHARE,
}


@dataclass(kw_only=True)
class Faults:
    """The faults of one side, the same for both.

    ``error_rate`` is the share of calls answered 500 before any work; ``throttle`` answers 429, with
    ``retry_after`` seconds in the header unless None; ``latency`` is seconds per answer, after the work;
    ``fail_next`` holds the statuses of the next calls by name; ``lose_answers`` how many answers get
    lost after the work, by name of the call (``*`` for any write).
    """

    error_rate: float = 0.0
    throttle: bool = False
    retry_after: int | None = None
    latency: float = 0.0
    fail_next: dict[str, list[int]] = field(default_factory=dict)
    lose_answers: dict[str, int] = field(default_factory=dict)

    def before(self, name: str, chance: Callable[[], float]) -> None:
        """Refuse the call when a fault says so; ``chance`` gives a number from 0 to 1."""
        planned = self.fail_next.get(name)
        if planned:
            self._fail(planned.pop(0))
        if self.throttle:
            self._fail(429)
        if chance() < self.error_rate:
            self._fail(500)

    def after(self, name: str, request: Request, response: Response) -> Response:
        """Return the answer, late or lost as the faults say. Only the answer to work done is ever lost."""
        lost = response.status < 400 and (self._lose(name) or (request.method != "GET" and self._lose(ANY_WRITE)))
        return replace(response, delay=self.latency, lost=lost)

    def retry_header(self) -> dict[str, str]:
        """Return the Retry-After header of a 429, empty when none shall be sent."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    def _fail(self, status: int) -> None:
        headers = self.retry_header() if status in {429, 503} else None
        raise Refusal(status, f"A fault asks for {status}.", headers=headers)

    def _lose(self, name: str) -> bool:
        if not self.lose_answers.get(name):
            return False
        self.lose_answers[name] -= 1
        return True


@dataclass(kw_only=True)
class NorceFaults(Faults):
    """Norce's faults: ``jobs`` hang or fail, ``fail_rows`` are codes and e-mail addresses of refused records.

    ``fail_captures`` is how many captures fail. Of the events, ``double_events`` is the share that is sent
    twice, ``drop_events`` that is never sent, ``late_events`` whose first try gets lost on the way;
    ``shuffle_events`` sends those that are due in any order.
    """

    jobs: str | None = None
    fail_rows: list[str] = field(default_factory=list)
    fail_captures: int = 0
    double_events: float = 0.0
    drop_events: float = 0.0
    late_events: float = 0.0
    shuffle_events: bool = False

    def fail_capture(self) -> bool:
        """Tell whether this capture fails."""
        fails = self.fail_captures > 0
        self.fail_captures -= fails
        return fails


@dataclass(kw_only=True)
class ErpFaults(Faults):
    """The ERP's faults: ``refuse_customers`` answers 422 to every new customer, ``short`` is the share of the
    customers that a list shows, always the same ones.
    """

    refuse_customers: bool = False
    short: float = 1.0


class FaultBoard:
    """The faults in force. They are not kept in the state file: a restarted sandbox is healthy."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.clear()

    def clear(self) -> None:
        """Make both sides healthy."""
        self.norce = NorceFaults()
        self.erp = ErpFaults()

    def chance(self) -> float:
        """Return the next number from 0 to 1."""
        return self._random.random()

    def read(self, data: Any, calls: Mapping[str, list[str]]) -> tuple[NorceFaults, ErpFaults]:
        """Return the faults that ``data`` asks for, not yet in force; a side it does not name stays as it is.

        ``calls`` are the names of the calls per side. Unknown names are refused (400) with the known ones.
        """
        check_names(data, ["norce", "erp"], "sides")
        norce, erp = self.norce, self.erp
        if "norce" in data:
            norce = NorceFaults(**_read_side(data["norce"], NorceFaults, calls["norce"], extra=["expire_tokens"]))
        if "erp" in data:
            erp = ErpFaults(**_read_side(data["erp"], ErpFaults, calls["erp"]))
        return norce, erp


def _read_side(data: Any, kind: type[Faults], calls: list[str], extra: list[str] | None = None) -> dict[str, Any]:
    deeds = extra or []
    check_names(data, [*(each.name for each in fields(kind)), *deeds], "faults")
    for name, value in data.items():
        refuse_errors(Draft202012Validator(SHAPES[name]).iter_errors(value), name)
    read = {name: value for name, value in data.items() if name not in deeds}
    if isinstance(read.get("lose_answers"), int):
        read["lose_answers"] = {ANY_WRITE: read["lose_answers"]}
    check_names(read.get("lose_answers", {}), [ANY_WRITE, *calls], "calls")
    check_names(read.get("fail_next", {}), calls, "calls")
    return {name: float(value) if name in FLOATS else value for name, value in read.items()}


def check_names(given: Any, known: list[str], what: str) -> None:
    """Refuse (400) anything but a JSON object whose members are known; ``what`` they are called."""
    if not isinstance(given, dict):
        raise Refusal(400, f"The {what} must be a JSON object with any of: {', '.join(known)}.")
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Refusal(400, f"Unknown {what}: {', '.join(unknown)}. Known are: {', '.join(known)}.")
