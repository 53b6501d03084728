"""Norce's limit of 60 Connect calls a minute, and the count of calls by minute."""

from __future__ import annotations

from collections import deque

from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Refusal
from connectors.sandbox.state import State

WINDOW_SECONDS = 60


class Quota:
    """A sliding minute over all Connect calls together; a refused call does not use it up."""

    def __init__(self, state: State, limit: int, faults: FaultBoard) -> None:
        self._state = state
        self._limit = limit
        self._faults = faults
        self._taken: deque[float] = deque()

    def take(self) -> None:
        """Let the call through, or refuse it (429)."""
        now = self._state.clock()
        while self._taken and self._taken[0] <= now - WINDOW_SECONDS:
            self._taken.popleft()
        if self._limit and len(self._taken) >= self._limit:
            text = f"Over {self._limit} Connect calls a minute."
            raise Refusal(429, text, headers=self._faults.norce.retry_header())
        self._taken.append(now)

    def count(self, status: int) -> None:
        """Count a Connect call that was answered with ``status``."""
        throttled = int(status == 429)
        calls = self._state.calls
        minute = calls["by_minute"].setdefault(self._state.now()[:16], {"calls": 0, "throttled": 0})
        calls["total"] += 1
        minute["calls"] += 1
        calls["throttled"] += throttled
        minute["throttled"] += throttled
