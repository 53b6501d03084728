"""Tryton on the PostgreSQL that the suite runs on: a database made once there, and copied for each run."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings

from tests.tryton.golden import fill, making, one_at_a_time, version
from tests.tryton.server import Server, serving


@contextmanager
def running() -> Iterator[Server]:
    """Start a server on a copy of the golden database; raise `golden.Unavailable` when Tryton cannot be fetched."""
    name = f"tryton_{secrets.token_hex(4)}"
    _execute(f"CREATE DATABASE {name} TEMPLATE {_golden()}")
    try:
        with tempfile.TemporaryDirectory(prefix="tryton-") as folder, serving(Path(folder), name, _uri()) as server:
            yield server
    finally:
        _execute(f"DROP DATABASE {name} WITH (FORCE)")


def _golden() -> str:
    """Return the name of a database with a shop in it, made when there is none of this version."""
    name = f"tryton_golden_{version().replace('-', '_')}"
    with one_at_a_time(name):
        if not _execute(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            _make(name)
    return name


def _make(name: str) -> None:
    half = f"{name}_half"
    _execute(f"DROP DATABASE IF EXISTS {half} WITH (FORCE)")
    _execute(f"CREATE DATABASE {half}")
    # Whoever makes it anew after a power cut loses nothing.
    _execute(f"ALTER DATABASE {half} SET synchronous_commit = off")
    with making(name) as folder:
        fill(folder, half, _uri())
    _execute(f"ALTER DATABASE {half} RENAME TO {name}")


def _uri() -> str:
    database = settings.DATABASES["default"]
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgresql://{database['USER']}{password}@{database['HOST']}:{database['PORT'] or 5432}/"


def _execute(sql: str) -> bool:
    """Execute one statement; return whether it found a row."""
    with psycopg.connect(f"{_uri()}postgres", autocommit=True) as connection:
        cursor = connection.execute(sql)  # type: ignore[call-overload]
        return cursor.description is not None and cursor.fetchone() is not None
