"""The one table of periodic tasks; people change intervals in the admin."""

from __future__ import annotations

from dataclasses import dataclass

from django_q.models import Schedule


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A task of `hub.tasks`, its arguments as a Python tuple in text, and its default interval in minutes."""

    name: str
    task: str
    minutes: int
    arguments: str = ""


TABLE = (
    Periodic(name="sweep", task="hub.tasks.sweep", minutes=1),
    Periodic(name="prune", task="hub.tasks.prune_old", minutes=24 * 60),
    Periodic(name="code_reports", task="hub.tasks.start_run", arguments="('code_reports',)", minutes=10),
)


def set_schedules() -> list[str]:
    """Create the schedules that are missing; what people have changed stays. Returns the names created."""
    return [entry.name for entry in TABLE if _create(entry)]


def _create(entry: Periodic) -> bool:
    created: bool
    _, created = Schedule.objects.get_or_create(
        name=entry.name,
        defaults={
            "func": entry.task,
            "args": entry.arguments,
            "schedule_type": Schedule.MINUTES,
            "minutes": entry.minutes,
            "repeats": -1,
        },
    )
    return created
