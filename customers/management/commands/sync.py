"""Start a run by hand: the same deed as the schedule's and the admin's."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from connectors.errors import ConfigError
from hub import registry, runs
from hub.management.base import Row, TableCommand
from hub.models import SyncRun
from hub.models.runs import ACTIVE
from hub.models.work import State


class Command(TableCommand):
    """``sync customers --full --dry-run --wait`` shows what a full run would do; without --dry-run it does it."""

    help = "Start a run over a resource; the workers do it. With --wait it is followed to its end."

    def arguments(self, parser: ArgumentParser) -> None:
        """Resource, mode, application, and whether to wait."""
        parser.add_argument("resource", choices=registry.resources())
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--full", action="store_const", const=SyncRun.Mode.FULL, dest="mode")
        mode.add_argument("--delta", action="store_const", const=SyncRun.Mode.DELTA, dest="mode")
        parser.add_argument("--application", metavar="KEY", help="only this application's customers")
        parser.add_argument("--dry-run", action="store_true", help="build the exact calls and send nothing")
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--held-is-ok", action="store_true", help="exit 0 when a run waits for a person")
        parser.add_argument("--timeout", type=float, default=600, help="seconds that --wait waits at most")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Start the runs, or join those that are active; one of another mode than asked for is no such run."""
        key = options["application"]
        keys = registry.resource(options["resource"]).applications() if key is None else [key]
        started = [_start(options, key) for key in keys]
        ended = [_wait(run, options["timeout"]) if options["wait"] else run for run in started]
        troubles = (State.FAILED,) if options["held_is_ok"] else (State.FAILED, State.HELD)
        return [_row(run, ok=run.state not in troubles) for run in ended]


def _start(options: dict[str, Any], key: str) -> SyncRun:
    mode = options["mode"] or SyncRun.Mode.DELTA
    name, dry_run = options["resource"], options["dry_run"]
    try:
        run = runs.start(resource=name, by="command", mode=mode, application_key=key, dry_run=dry_run)
    except ConfigError as error:
        raise CommandError(str(error)) from error
    run = run or runs.active(resource=name, application_key=key, dry_run=dry_run)
    if run is None:
        raise CommandError("The run that was active has just ended; start it again.")
    if options["mode"] not in (None, run.mode):
        raise CommandError(f"Run {run.pk} ({run.mode}) is active: start the {mode} one when it has ended.")
    return run


def _wait(run: SyncRun, timeout: float) -> SyncRun:
    deadline = time.monotonic() + timeout
    while run.state in ACTIVE and run.state != State.HELD and time.monotonic() < deadline:
        time.sleep(0.2)
        run.refresh_from_db()
    return run


def _row(run: SyncRun, *, ok: bool) -> Row:
    return {
        "run": run.pk,
        "resource": run.resource,
        "mode": f"{run.mode} preview" if run.dry_run else run.mode,
        "state": State(run.state).label,
        "read": run.count_read,
        "new": run.count_new,
        "changed": run.count_changed,
        "unchanged": run.count_unchanged,
        "deactivated": run.count_deactivated,
        "refused": run.count_refused,
        "sent": run.count_sent,
        "accepted": run.count_accepted,
        "skipped": run.count_skipped,
        "failed": run.count_failed,
        "ok": ok,
        "reason": run.error,
    }
