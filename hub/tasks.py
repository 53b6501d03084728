"""What django-q calls: each takes nothing or a name, and calls one function."""

from __future__ import annotations

from hub import beats, digest, erp_subscriptions, prune, quiet, registry, rings, runs, schedules, summary, supervisor
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
    known = registry.resource(resource)
    if mode == SyncRun.Mode.DELTA and not known.wanted():
        return []
    started = runs.start_all(resource=resource, by="schedule", mode=mode)
    if mode == SyncRun.Mode.FULL:
        for key in set(known.applications()) - {run.application_key for run in started}:
            schedules.again(resource, key)
    return [run.pk for run in started]


def start_full_again(resource: str, application_key: str) -> int | None:
    """Start the full run of one application that another run kept out, or try later once more; return its id."""
    run = runs.start(resource=resource, by="schedule", mode=SyncRun.Mode.FULL, application_key=application_key)
    if run is None:
        schedules.again(resource, application_key)
        return None
    return run.pk


def prune_old() -> dict[str, int]:
    """Delete what is older than it is kept; return how many of each."""
    return prune.prune()


def tell_operators() -> int | None:
    """Put the mail about what has come to need a person, when it is time; return the digest's number."""
    made = digest.look()
    return made.number if made else None


def watch_inbox() -> list[str]:
    """Look how long Norce's events have been silent; return which have become quieter than usual."""
    return [str(source) for source in quiet.watch()]


def renew_erp_events() -> list[str]:
    """See to it that ERPs which can go on telling the hub of changes; return what was subscribed to."""
    return erp_subscriptions.renew()


def count_figures() -> list[str]:
    """Count the figures of the front page; return the names of its parts."""
    return summary.refresh()
