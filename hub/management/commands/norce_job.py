"""Look at one Norce job, or let Norce run it again."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from connectors.norce import wire
from connectors.redaction import redact_text
from hub import gateways, restarts
from hub.by_hand import NotAllowed
from hub.management.base import Row, TableCommand
from hub.models import NorceJob


class Command(TableCommand):
    """``norce_job show 1`` its state, ``log 1`` its log without personal data, ``restart 1 --reason …`` once more."""

    help = "Show a Norce job or its log as Norce has it now, or restart one of the hub's own. ID is Norce's number."

    def arguments(self, parser: ArgumentParser) -> None:
        """What to do, the job's id in Norce, and for a restart why."""
        parser.add_argument("what", choices=("show", "log", "restart"))
        parser.add_argument("id", type=int)
        parser.add_argument("--reason", default="")
        parser.add_argument("--by", default="command")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Read it from Norce, or put the restart on the workers' list."""
        if options["what"] == "restart":
            return [_restart(options["id"], by=options["by"], reason=options["reason"])]
        connect = gateways.norce_connect()
        if options["what"] == "show":
            return [wire.write(connect.job(options["id"]))]
        return [
            {"severity": entry.severity_id, "time": entry.time_stamp, "message": redact_text(entry.message or "")}
            for entry in connect.job_log(options["id"])
        ]


def _restart(job_id: int, *, by: str, reason: str) -> Row:
    job = NorceJob.objects.filter(job_id=job_id).first()
    if job is None:
        raise CommandError(f"The hub has no job {job_id}: only its own can be restarted here.")
    try:
        restarts.restart(job, by=by, reason=reason)
    except NotAllowed as error:
        raise CommandError(str(error)) from error
    return {"job": job_id, "run": job.run_id, "answer": "will be restarted"}
