"""Norce's limit of 60 calls a minute with a backlog: used to the full, never exceeded."""

from __future__ import annotations

import time

from tests.bench.backlog import Stage, stage
from tests.bench.figures import Figure
from tests.bench.setting import Setting

PER_MINUTE = 60
REQUIRED = 57
WORKERS = 2
EVERY = 0.5


def measure(setting: Setting) -> list[Figure]:
    """Return calls a minute in the long run, the most in any minute, and how many were refused with 429.

    A window that slides lets 60 calls through at once and then 60 more a minute later, so the calls
    of the last window that was begun are left out: those before it took the time until it began.
    """
    backlog, seconds = (3, 6.0) if setting.quick else (260, 140.0)
    with stage(setting, per_minute=PER_MINUTE) as hub:
        for _ in range(backlog):
            hub.push()
        hub.start_workers(WORKERS)
        samples = _watch(hub, seconds)
        throttled = hub.calls()["throttled"]
    calls, seconds = _whole_windows(samples)
    return [
        Figure(name="calls_per_minute", value=60 * calls / seconds, at_least=REQUIRED),
        Figure(name="most_calls_in_a_minute", value=_most(samples), at_most=PER_MINUTE),
        Figure(name="throttled", value=throttled, unit="answers 429", at_most=0),
        Figure(name="calls_made", value=samples[-1][1], unit="calls"),
        Figure(name="watched", value=samples[-1][0] - samples[0][0], unit="s"),
    ]


def _watch(hub: Stage, seconds: float) -> list[tuple[float, int]]:
    """Return (time in seconds, calls so far), looked at every half second."""
    samples = []
    deadline = time.monotonic() + seconds
    while (now := time.monotonic()) < deadline:
        samples.append((now, hub.calls()["total"]))
        time.sleep(EVERY)
    return samples


def _whole_windows(samples: list[tuple[float, int]]) -> tuple[int, float]:
    """Return how many calls were made before the last window began, and in how many seconds from the first."""
    first = next((at for at, total in samples if total), samples[0][0])
    last, total = samples[-1]
    whole = (total - 1) // PER_MINUTE * PER_MINUTE
    if whole <= 0:
        return total, last - first
    return whole, next(at for at, total in samples if total > whole) - first


def _most(samples: list[tuple[float, int]]) -> int:
    """Return the most calls between two looks at most a minute apart."""
    return max(later - earlier for end, later in samples for begin, earlier in samples if 0 <= end - begin <= 60)
