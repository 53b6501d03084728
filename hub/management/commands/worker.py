"""Run one worker cluster in the foreground, brought back when it stands still."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from hub.schedules import set_schedules
from hub.supervisor import Supervisor


class Command(BaseCommand):
    """``make worker``: the supervisor and, in a process group of its own, django-q's cluster."""

    help = "Run the workers (WORKER_CONCURRENCY processes) under their supervisor."

    def handle(self, *args: Any, **options: Any) -> None:
        """Supervise until SIGTERM or SIGINT."""
        set_schedules()
        Supervisor().run()
