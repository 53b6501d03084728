"""What every command of the hub shares: a table for people, ``--json`` for machines, a non-zero exit on failure."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from connectors.errors import HubError

Row = dict[str, Any]
REASON = "reason"


class TableCommand(BaseCommand):
    """A command that answers rows. Subclasses implement `rows`; a HubError ends it as a CommandError."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--json``; subclasses add theirs in `arguments`."""
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""

    def rows(self, **options: Any) -> Sequence[Row]:
        """Do the deed and return what to print."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the deed, print its rows, and fail when a row says ``ok: False``."""
        try:
            rows = list(self.rows(**options))
        except HubError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(rows, default=str, ensure_ascii=False) if options["json"] else as_table(rows))
        if any(row.get("ok") is False for row in rows):
            raise CommandError("Something failed; see above.", returncode=2)


def as_table(rows: Sequence[Row]) -> str:
    """Return rows of equal keys as a table in text; a column that is empty in all of them is left out.

    Reasons are sentences, so they stand below the table.
    """
    if not rows:
        return "Nothing."
    names = [name for name in rows[0] if name != REASON and any(row[name] not in ("", None) for row in rows)]
    table = Table(*names)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in names))
    console = Console(width=160, no_color=True)
    with console.capture() as capture:
        console.print(table)
    reasons = [f"{next(iter(row.values()))}: {row[REASON]}" for row in rows if row.get(REASON)]
    return "\n".join([capture.get().rstrip(), *reasons])


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return "" if value is None else str(value)
