"""Look at one Norce job."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from connectors.norce import wire
from connectors.redaction import redact_text
from hub import gateways
from hub.management.base import Row, TableCommand


class Command(TableCommand):
    """``norce_job show 1`` its state, ``norce_job log 1`` its log without personal data."""

    help = "Show a Norce job or its log, as Norce has it now."

    def arguments(self, parser: ArgumentParser) -> None:
        """What to see, and the job's id."""
        parser.add_argument("what", choices=("show", "log"))
        parser.add_argument("id", type=int)

    def rows(self, **options: Any) -> Sequence[Row]:
        """Read it from Norce."""
        connect = gateways.norce_connect()
        if options["what"] == "show":
            return [wire.write(connect.job(options["id"]))]
        return [
            {"severity": entry.severity_id, "time": entry.time_stamp, "message": redact_text(entry.message or "")}
            for entry in connect.job_log(options["id"])
        ]
