"""What django-q calls: each takes nothing or a name, and calls one function."""

from __future__ import annotations

from hub import beats, prune, rings, runs, supervisor
from hub import drain as drainer


def drain() -> int:
    """Do all due work; the one thing a ring starts."""
    beats.beat()
    return drainer.drain()


def sweep() -> int:
    """Put back what dead workers left; a schedule's belt to the supervisor's braces."""
    touched = supervisor.sweep()
    rings.ring_if_quiet()
    return touched


def start_run(resource: str) -> int | None:
    """Start a scheduled run of a resource, unless one is active or there is nothing to do; return its id."""
    run = runs.start_if_wanted(resource=resource, by="schedule")
    return run.pk if run else None


def prune_old() -> dict[str, int]:
    """Delete what is older than it is kept; return how many of each."""
    return prune.prune()
