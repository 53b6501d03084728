"""Writers on SQLite stand in one queue, and it holds nobody up for ever."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from hub.sqlite import queue
from hub.sqlite.base import DatabaseWrapper

OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 0, "init_command": "PRAGMA journal_mode=WAL"}
Open = Callable[[], DatabaseWrapper]


@pytest.fixture
def opened(tmp_path: Path, django_db_blocker: Any) -> Iterator[Open]:
    """Open connections to one database on disk; they never wait SQLite's way."""
    ours: list[DatabaseWrapper] = []

    def another() -> DatabaseWrapper:
        settings = connections["default"].settings_dict | {"NAME": str(tmp_path / "q.sqlite3"), "OPTIONS": OPTIONS}
        ours.append(DatabaseWrapper(settings))
        ours[-1].inc_thread_sharing()
        return ours[-1]

    with django_db_blocker.unblock():
        execute(another(), "CREATE TABLE told (word TEXT)")
        yield another
        for one in ours:
            one.close()


def execute(connection: DatabaseWrapper, sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        return list(cursor.execute(sql))


def begin(connection: DatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def words(connection: DatabaseWrapper) -> list[object]:
    return [word for (word,) in execute(connection, "SELECT word FROM told")]


@pytest.fixture
def told(opened: Open) -> Iterator[Callable[[], Future[object]]]:
    """Let another connection write a word by itself, in a thread."""
    with ThreadPoolExecutor() as pool:
        yield lambda: pool.submit(execute, opened(), "INSERT INTO told VALUES ('late')")


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_statement_waits_for_the_end_of_anothers_transaction(
    opened: Open, told: Callable[[], Future[object]], end: str
) -> None:
    first = opened()
    begin(first)
    waiting = told()
    with pytest.raises(TimeoutError):
        waiting.result(0.05)
    getattr(first, end)()
    waiting.result(10)
    assert words(first) == ["late"]


def test_who_reads_does_not_wait(opened: Open) -> None:
    begin(opened())
    assert words(opened()) == []


def test_a_statement_that_fails_leaves_the_queue(opened: Open, told: Callable[[], Future[object]]) -> None:
    with pytest.raises(Exception, match="no such table"):
        execute(opened(), "INSERT INTO nowhere VALUES (1)")
    told().result(10)


def test_a_connection_that_is_closed_in_a_transaction_leaves_the_queue(
    opened: Open, told: Callable[[], Future[object]]
) -> None:
    first = opened()
    begin(first)
    first.close()
    told().result(10)


def test_a_process_that_is_killed_leaves_the_queue(tmp_path: Path, told: Callable[[], Future[object]]) -> None:
    holder = (
        "import fcntl, sys, time; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX);"
        "print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", holder, str(tmp_path / "q.sqlite3-queue")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        waiting = told()
        with pytest.raises(TimeoutError):
            waiting.result(0.05)
        process.send_signal(signal.SIGKILL)
        waiting.result(10)


def test_who_has_waited_long_enough_goes_on_without_the_queue(
    opened: Open, told: Callable[[], Future[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PATIENCE", 0.01)
    halted = opened()
    halted.ensure_connection()
    halted.connection.queue.enter()
    told().result(10)
