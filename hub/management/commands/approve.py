"""Release a held run by hand: the same deed as the admin's button."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from hub import runs
from hub.by_hand import NotAllowed
from hub.management.base import Row, TableCommand
from hub.models import SyncRun
from hub.models.work import State


class Command(TableCommand):
    """``approve 17 --reason "The shop in Norway was closed"`` lets held run 17 send the plan it shows."""

    help = "Let a held run send its plan. Look at the plan in the admin, or with sync --dry-run, first."

    def arguments(self, parser: ArgumentParser) -> None:
        """The run, why, and whose decision it is."""
        parser.add_argument("run", type=int)
        parser.add_argument("--reason", required=True)
        parser.add_argument("--by", default="command", help="who decided (default: command)")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Approve the plan the run has now."""
        run = SyncRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        try:
            runs.approve(run, by=options["by"], reason=options["reason"], plan=run.plan)
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        return [
            {
                "run": run.pk,
                "resource": run.resource,
                "new": run.count_new,
                "changed": run.count_changed,
                "deactivated": run.count_deactivated,
                "state": State(SyncRun.objects.get(pk=run.pk).state).label,
                "ok": True,
            }
        ]
