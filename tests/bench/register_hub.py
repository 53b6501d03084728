"""The hub's side of the register: one run over people, from its start to the last batch accepted."""

from __future__ import annotations

import time

from hub import drain, runs
from hub.models import SyncRun
from hub.models.work import State


def run(mode: str, url: str) -> None:
    """Start a run and do what is due as a worker does; raise RuntimeError when it does not end well."""
    item = runs.start(resource="customers", by="benchmark", mode=mode)
    assert item is not None
    while _is_active(item):
        while drain.step():
            pass
        time.sleep(0.01)
    if item.state != State.DONE:
        raise RuntimeError(f"The run ended {item.state}: {item.error} {item.remedy}")


def _is_active(item: SyncRun) -> bool:
    item.refresh_from_db()
    return item.state in (State.PENDING, State.RUNNING, State.SUBMITTED)
