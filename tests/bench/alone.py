"""Run one contender in a process of its own and keep what it cost.

``python -m tests.bench.alone MODULE MODE URL OUTPUT`` calls ``run(mode, url)`` of the module.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.db import connection


class Statements:
    """Counts what is sent to the database."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.number += 1
        return execute(*arguments)


def main() -> None:
    """Set up, let the contender run, and write its seconds, statements and peak memory in MiB as JSON."""
    place, mode, url, output = sys.argv[1:]
    django.setup()
    contender = import_module(place)
    statements = Statements()
    began = time.monotonic()
    with connection.execute_wrapper(statements):
        contender.run(mode, url)
    cost = {"seconds": time.monotonic() - began, "statements": statements.number, "memory": peak_memory()}
    Path(output).write_text(json.dumps(cost))


def peak_memory() -> float:
    """Return the most resident memory this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike ru_maxrss this leaves out what the parent had when it forked.
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
