"""What every benchmark gets: how long to measure, where to keep files, and which database it runs on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One run of the benchmarks. ``quick`` asks for tiny numbers that only show that everything works.

    ``records`` is how long a register of customers is, ``orders`` how many the hub has had.
    """

    folder: Path
    log: Path
    credentials: str
    event_token: str
    postgresql: bool
    quick: bool
    records: int
    orders: int

    def empty_database(self) -> None:
        """Take everything out of the hub's tables."""
        call_command("flush", interactive=False, verbosity=0)


def environment(database_url: str, credentials: str, event_token: str) -> dict[str, str]:
    """Return the variables of a hub in production that knows nothing of this machine's own hub."""
    return {
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "DJANGO_SECRET_KEY": secrets.token_hex(32),
        "DJANGO_DEBUG": "false",
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database_url,
        # The queue in the database: a shared Redis would bring in the rings of others.
        "REDIS_URL": "",
        "NORCE_RECEIVER_CREDENTIALS": credentials,
        "NORCE_EVENT_TOKENS": event_token,
        "LOG_LEVEL": "WARNING",
    }
