"""Start a run by hand: the same deed as the schedule's and the admin's."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from hub import registry, runs
from hub.management.base import Row, TableCommand
from hub.models import SyncRun
from hub.models.runs import ACTIVE
from hub.models.work import State


class Command(TableCommand):
    """``sync code_reports --wait`` reports new ERP codes to Norce and says what came of it."""

    help = "Start a run over a resource; the workers do it. With --wait it is followed to its end."

    def arguments(self, parser: ArgumentParser) -> None:
        """Resource, mode, application, and whether to wait."""
        parser.add_argument("resource", choices=registry.resources())
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--full", action="store_const", const=SyncRun.Mode.FULL, dest="mode")
        mode.add_argument("--delta", action="store_const", const=SyncRun.Mode.DELTA, dest="mode")
        parser.add_argument("--application", default="", metavar="KEY")
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--timeout", type=float, default=600, help="seconds that --wait waits at most")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Start the run, or join the one that is active."""
        mode = options["mode"] or SyncRun.Mode.DELTA
        name, application = options["resource"], options["application"]
        run = runs.start(resource=name, by="command", mode=mode, application_key=application)
        if run is None:
            run = runs.active(resource=name, application_key=application)
        if run is None:
            raise CommandError("The run that was active has just ended; start it again.")
        return [_row(_wait(run, options["timeout"]) if options["wait"] else run)]


def _wait(run: SyncRun, timeout: float) -> SyncRun:
    deadline = time.monotonic() + timeout
    while run.state in ACTIVE and run.state != State.HELD and time.monotonic() < deadline:
        time.sleep(0.2)
        run.refresh_from_db()
    return run


def _row(run: SyncRun) -> Row:
    return {
        "run": run.pk,
        "resource": run.resource,
        "state": State(run.state).label,
        "read": run.count_read,
        "sent": run.count_changed,
        "skipped": run.count_skipped,
        "failed": run.count_failed,
        "ok": run.state != State.FAILED,
        "reason": run.error,
    }
