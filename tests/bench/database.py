"""A database of its own for one run of the benchmarks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@contextmanager
def own_database(named: str, folder: Path) -> Iterator[str]:
    """Yield the URL of a new, empty database and drop it afterwards.

    Next to the one that ``named`` (a DATABASE_URL) names when that is PostgreSQL, otherwise SQLite in
    ``folder``.
    """
    if not named.startswith("postgres"):
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    parts = urlsplit(named)
    name = f"{parts.path.strip('/')}_{os.getpid()}"
    with psycopg.connect(named, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
