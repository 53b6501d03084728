"""What django-q calls: each takes nothing or a name, and calls one function."""

from __future__ import annotations

from hub import beats, prune, registry, rings, runs, schedules, supervisor
from hub import drain as drainer
from hub.models import SyncRun


def drain() -> int:
    """Do all due work; the one thing a ring starts."""
    beats.beat()
    return drainer.drain()


def sweep() -> int:
    """Put back what dead workers left; a schedule's belt to the supervisor's braces."""
    touched = supervisor.sweep()
    rings.ring_if_quiet()
    return touched


def start_run(resource: str, mode: str = "delta") -> list[int]:
    """Start the scheduled runs of a resource, one per application where that is set; return their ids.

    A delta with nothing to do is left out. A full run that an active one keeps out is tried again soon,
    so that it is not lost for a week.
    """
    if mode == SyncRun.Mode.DELTA and not registry.resource(resource).wanted():
        return []
    started = runs.start_all(resource=resource, by="schedule", mode=mode)
    if mode == SyncRun.Mode.FULL and not started:
        schedules.again(resource, mode)
    return [run.pk for run in started]


def prune_old() -> dict[str, int]:
    """Delete what is older than it is kept; return how many of each."""
    return prune.prune()
