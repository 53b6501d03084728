"""Several threads on one database, each with a connection of its own, as the hub's workers have."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def side_by_side(count: int, deed: Callable[[int], Result]) -> list[Result]:
    """Call ``deed(0)`` to ``deed(count - 1)`` at the same moment in threads; return what they return, in that order."""
    barrier = Barrier(count)

    def one(number: int) -> Result:
        barrier.wait()
        try:
            return deed(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@contextmanager
def shared_database(folder: Path) -> Iterator[None]:
    """Let several connections use the test's database: one in memory, which only one can have, moves to a file."""
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    path = folder / "hub.sqlite3"
    with sqlite3.connect(path) as copy:
        in_memory.backup(copy)
    copy.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = in_memory, name
