"""Blank and delete what is older than it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.management.base import Row, TableCommand
from hub.prune import prune


class Command(TableCommand):
    """Prints how many rows of each table were blanked or deleted."""

    help = "Blank and delete old run rows, runs, calls, attempts, events and rejected messages."

    def rows(self, **options: Any) -> Sequence[Row]:
        """Prune once."""
        return [{"table": name, "deleted": number} for name, number in prune().items()]
