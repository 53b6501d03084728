"""Send Norce's events to the hub, outside of the state's lock, with Norce's waits between the tries."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any
from urllib.parse import quote

import requests
import simplejson

from connectors.sandbox.events import count, put
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

TIMEOUT = 5
MINUTE, HOUR = 60, 3600
# Seconds before each of the sixteen repeats (query-event.md § 3.2); after the last one the event is dead.
WAITS = (
    *(5, 10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 4, 5, 6)),
)
DELIVERED, FAILED, DROPPED = "delivered", "failed", "dropped"


class EventDelivery:
    """Delivers events; safe to be called from several threads, which then promises no order, like Norce.

    ``settle`` lets time-driven work of the tenant happen, which may raise events; ``report`` gets a line
    for every try that failed.
    """

    def __init__(
        self,
        state: State,
        options: SandboxOptions,
        faults: FaultBoard,
        session: requests.Session,
        *,
        settle: Callable[[], None],
        report: Callable[[str], None],
    ) -> None:
        self._state = state
        self._options = options
        self._faults = faults
        self._session = session
        self._settle = settle
        self._report = report
        self._under_way: set[str] = set()

    def deliver(self) -> int:
        """Send everything that is due and return how many tries that were."""
        tries = 0
        while self.deliver_one():
            tries += 1
        return tries

    def deliver_one(self) -> bool:
        """Try the next event that is due; return False when there is none."""
        if not self._options.events_url:
            return False
        with self._state.lock:
            self._settle()
            row = self._take()
            fate = self._fate(row) if row else ""
        if row is None:
            return False
        outcome = fate or self._post(row)
        with self._state.lock:
            self._under_way.discard(row["key"])
            # Somebody may have reset the sandbox meanwhile.
            if self._state.events.get(row["key"]):
                self._note(row, outcome)
        return True

    def _take(self) -> Record | None:
        """The event that is due first; with the fault, any that is due."""
        now = self._state.now()
        due = takewhile(lambda row: row["due"] <= now, self._state.events.after(None))
        free = (row for row in due if row["key"] not in self._under_way)
        if self._faults.norce.shuffle_events:
            rows = list(free)
            row = rows[int(self._faults.chance() * len(rows))] if rows else None
        else:
            row = next(free, None)
        if row:
            self._under_way.add(row["key"])
        return row

    def _fate(self, row: Record) -> str:
        """What the faults do to the first try of an event, empty when nothing."""
        faults = self._faults.norce
        if row["tries"] or row["is_double"]:
            return ""
        if self._hits(faults.drop_events):
            return DROPPED
        return FAILED if self._hits(faults.late_events) else ""

    def _hits(self, share: float) -> bool:
        return share > 0 and self._faults.chance() < share

    def _post(self, row: Record) -> str:
        """One try: any 20X is a success, also after a redirect."""
        url = f"{self._options.events_url}/{quote(row['type'], safe='')}"
        headers = {"Content-Type": "application/json; charset=utf-8", "x-norce-event-type": row["type"]}
        if self._options.events_token:
            headers["Authorization"] = f"Bearer {self._options.events_token}"
        try:
            reply = self._session.post(url, data=_encoded(row["body"]), headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            self._report(f"{type(error).__name__} from {url}")
            return FAILED
        if reply.status_code // 10 != 20:
            self._report(f"{reply.status_code} from {url}")
            return FAILED
        return DELIVERED

    def _note(self, row: Record, outcome: str) -> None:
        self._state.events.remove(row["key"])
        if outcome == FAILED:
            self._put_off(row)
            return
        count(self._state, row["type"], outcome)
        if outcome == DELIVERED and not row["is_double"] and self._hits(self._faults.norce.double_events):
            put(self._state, {**row, "tries": 0, "is_double": True}, wait=0)

    def _put_off(self, row: Record) -> None:
        if row["tries"] == len(WAITS):
            count(self._state, row["type"], "dead")
            return
        count(self._state, row["type"], "retried")
        wait = WAITS[row["tries"]] * self._options.event_wait_scale
        put(self._state, {**row, "tries": row["tries"] + 1}, wait=wait)


def _encoded(body: Any) -> bytes:
    """A text was meant to be sent as it is, because no event of the contract is one."""
    if isinstance(body, str):
        return body.encode(errors="replace")
    return simplejson.dumps(body, use_decimal=True).encode()
