"""The backend: Django's own, but whoever wants to write waits in a queue instead of asking SQLite ever more seldom."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

from hub.sqlite.queue import WriteQueue

_WRITES = re.compile(r"\s*(?:BEGIN|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP)\b", re.IGNORECASE)


class Connection(sqlite3.Connection):
    """A connection that stands in the queue from its first write to the end of the transaction."""

    queue: WriteQueue

    def commit(self) -> None:
        """Commit, and leave the queue."""
        super().commit()
        self.queue.leave()

    def rollback(self) -> None:
        """Roll back, and leave the queue."""
        super().rollback()
        self.queue.leave()

    def close(self) -> None:
        """Close, and leave the queue for good."""
        super().close()
        self.queue.close()


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that waits for its turn before a statement that writes, or begins a transaction that may."""

    connection: Connection

    def execute(self, query: str, params: Any = None) -> Any:
        """Execute one statement in turn."""
        return self._in_turn(super().execute, query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Execute a statement for many parameters in turn."""
        return self._in_turn(super().executemany, query, param_list)

    def _in_turn(self, execute: Callable[[str, Any], Any], query: str, params: Any) -> Any:
        if self.connection.in_transaction or not _WRITES.match(query):
            return execute(query, params)
        self.connection.queue.enter()
        try:
            return execute(query, params)
        finally:
            if not self.connection.in_transaction:
                self.connection.queue.leave()


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite's own wait asks after 1, 2, 5, 10, 15, 20, 25 … ms, and whoever has waited long waits on.

    Beside two busy workers that made the slowest hundredth of Norce's events take longer than 50 ms. Asking more
    often lets nobody through who still waits SQLite's way, so every writer of the hub stands in one queue.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Return a connection; one to a file has a queue beside it."""
        kind = {} if self.is_in_memory_db() else {"factory": Connection}
        connection: sqlite3.Connection = super().get_new_connection(conn_params | kind)
        if isinstance(connection, Connection):
            connection.queue = WriteQueue(f"{conn_params['database']}-queue")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor that waits in the queue, if there is one."""
        if isinstance(self.connection, Connection):
            return self.connection.cursor(factory=Cursor)
        return super().create_cursor(name)
