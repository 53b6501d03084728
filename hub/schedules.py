"""The one table of periodic tasks; people change intervals in the admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django_q.models import Schedule


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A task of `hub.tasks`, its arguments as a Python tuple in text, and its default interval in minutes.

    ``first`` is the local hour of its first run (and so of the later ones), ``weekday`` the day (Monday
    is 0) of a weekly one. Companies go before people, whose relations name them.
    """

    name: str
    task: str
    minutes: int
    arguments: str = ""
    first: float | None = None
    weekday: int | None = None


DAY = 24 * 60
RUN = "hub.tasks.start_run"
TABLE = (
    Periodic(name="sweep", task="hub.tasks.sweep", minutes=1),
    Periodic(name="count figures", task="hub.tasks.count_figures", minutes=1),
    Periodic(name="watch inbox", task="hub.tasks.watch_inbox", minutes=1),
    Periodic(name="tell operators", task="hub.tasks.tell_operators", minutes=1),
    Periodic(name="prune", task="hub.tasks.prune_old", minutes=24 * 60),
    Periodic(name="renew ERP events", task="hub.tasks.renew_erp_events", minutes=12 * 60),
    Periodic(name="code_reports", task=RUN, arguments="('code_reports',)", minutes=10),
    Periodic(name="norce_changes", task=RUN, arguments="('norce_changes',)", minutes=60),
    Periodic(name="order_news", task=RUN, arguments="('order_news',)", minutes=3),
    Periodic(name="order_news full", task=RUN, arguments="('order_news', 'full')", minutes=DAY, first=3.5),
    Periodic(name="companies", task=RUN, arguments="('companies',)", minutes=DAY, first=2.0),
    Periodic(name="customers", task=RUN, arguments="('customers',)", minutes=DAY, first=2.5),
    Periodic(name="lost_orders", task=RUN, arguments="('lost_orders',)", minutes=DAY, first=3.0),
    Periodic(name="code_reports full", task=RUN, arguments="('code_reports', 'full')", minutes=DAY, first=4.0),
    Periodic(
        name="companies full", task=RUN, arguments="('companies', 'full')", minutes=7 * DAY, first=20.0, weekday=5
    ),
    Periodic(
        name="customers full", task=RUN, arguments="('customers', 'full')", minutes=7 * DAY, first=22.0, weekday=5
    ),
)
PAUSE = timedelta(minutes=10)


def set_schedules() -> list[str]:
    """Create the schedules that are missing; what people have changed stays. Returns the names created."""
    return [entry.name for entry in TABLE if _create(entry)]


def again(resource: str, application_key: str) -> None:
    """Start a full run for one application ("" = all in one) once more in ten minutes."""
    # Found and locked: the schedule that brought us here is about to be deleted and must not be taken for the next.
    Schedule.objects.update_or_create(
        name=" ".join(filter(None, (resource, "full again", application_key))),
        defaults={
            "func": "hub.tasks.start_full_again",
            "args": repr((resource, application_key)),
            "schedule_type": Schedule.ONCE,
            "repeats": -1,
            "next_run": timezone.now() + PAUSE,
        },
    )


def _first(entry: Periodic, now: datetime) -> datetime:
    """Return the next moment at the entry's hour and weekday, now when it names none."""
    if entry.first is None:
        return now
    moment = now.replace(hour=int(entry.first), minute=round(entry.first % 1 * 60), second=0, microsecond=0)
    days = 0 if entry.weekday is None else (entry.weekday - moment.weekday()) % 7
    moment += timedelta(days=days)
    return moment if moment > now else moment + timedelta(days=1 if entry.weekday is None else 7)


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
            "next_run": _first(entry, timezone.localtime()),
        },
    )
    return created
