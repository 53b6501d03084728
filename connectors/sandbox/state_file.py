"""Keep the state in a JSON file between two runs."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import simplejson

from connectors.errors import ConfigError
from connectors.sandbox.erp_documents import UNTOUCHED
from connectors.sandbox.state import FIRST_NUMBERS, State
from connectors.sandbox.table import Record

# Tables that a file of an earlier sandbox lacks. Its orders are kept, and Query does not show them.
ADDED = {"placed", "events", "event_counts"}


class StateFile:
    """The file of a state: one JSON object, a member per table, a line per record."""

    def __init__(self, path: Path, state: State) -> None:
        self.path = path
        self._state = state
        self._rest = ""

    def load(self) -> None:
        """Read the file when it exists; raise ConfigError when it cannot be understood."""
        if not self.path.exists():
            return
        try:
            data = simplejson.loads(self.path.read_text(encoding="utf-8"), use_decimal=True)
            self._fill(data)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"The sandbox cannot read its state file {self.path}: {error!r}.",
                remedy="Move the file away to start with an empty sandbox.",
            ) from error

    def save(self) -> bool:
        """Write the file when something has changed since the last time; return whether it was written.

        The old file is there until the new one is complete. The lock is held only while the changed
        records are encoded, so that a large state does not stop the requests.
        """
        with self._state.lock:
            rest = simplejson.dumps(self._rest_of_state(), use_decimal=True)
            tables = self._state.tables
            if rest == self._rest and not any(table.changed for table in tables.values()):
                return False
            parts = {name: table.lines() for name, table in tables.items()}
        self._write(parts, rest)
        self._rest = rest
        return True

    def _write(self, parts: dict[str, list[str]], rest: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_name(f"{self.path.name}.part")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(f'{{"rest": {rest}')
            for name, lines in parts.items():
                file.write(f',\n"{name}": [\n')
                file.write(",\n".join(lines))
                file.write("\n]")
            file.write("}\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)

    def _rest_of_state(self) -> dict[str, Any]:
        return {"numbers": self._state.numbers, "calls": self._state.calls, "tokens": self._state.tokens}

    def _fill(self, data: dict[str, Any]) -> None:
        rest = data["rest"]
        self._state.numbers = Counter(FIRST_NUMBERS | rest["numbers"])
        self._state.calls = rest["calls"]
        self._state.tokens = {token: float(until) for token, until in rest["tokens"].items()}
        for name, table in self._state.tables.items():
            for record in data.get(name, []) if name in ADDED else data[name]:
                table.save(_with_documents(record) if name == "erp_orders" else record)
            # Encoded now, so that the first request after the start does not wait for all of it.
            table.lines()


def _with_documents(order: Record) -> Record:
    """An order as the ERP keeps it today: an earlier one made no documents and wrote moments without their Z."""
    created = f"{order['created'].removesuffix('Z')}Z"
    return {**UNTOUCHED, "changed": created, **order, "created": created}
