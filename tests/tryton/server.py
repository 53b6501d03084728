"""A Tryton server on a free port of this machine, on a copy of the golden database; stopped by its own process id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.tryton.golden import DATABASE, PASSWORD, SQLITE, configure, environment, golden

PATIENCE = 60.0
# A database that lives as long as a test needs no disk, where there is a file system in memory.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
VERSION = {"id": 1, "method": "common.server.version", "params": []}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server; ``url`` is the hub's connection URL and ``address`` where it listens."""

    address: str
    folder: Path
    database: str = DATABASE
    password: str = PASSWORD

    @property
    def url(self) -> str:
        """Return the connection URL of the hub's own user."""
        return f"tryton+{self.address.replace('://', f'://hub:{self.password}@')}/{self.database}"


@contextmanager
def running() -> Iterator[Server]:
    """Start a server on a copy of the golden file; raise `golden.Unavailable` when Tryton cannot be fetched."""
    source = golden()
    with tempfile.TemporaryDirectory(prefix="tryton-", dir=MEMORY) as name:
        shutil.copy(source, Path(name) / f"{DATABASE}.sqlite")
        with serving(Path(name), DATABASE, SQLITE) as server:
            yield server


@contextmanager
def serving(folder: Path, database: str, uri: str) -> Iterator[Server]:
    """Serve a database until the block ends; its configuration and log are in ``folder``."""
    port = _free_port()
    with (folder / "server.log").open("wb") as log:
        command = [str(environment() / "bin" / "trytond"), "-d", database]
        process = subprocess.Popen(command, env=configure(folder, port, uri), stdout=log, stderr=subprocess.STDOUT)
    server = Server(address=f"http://127.0.0.1:{port}", folder=folder, database=database)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            if requests.post(f"{server.address}/rpc/", json=VERSION, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise RuntimeError(f"Tryton did not start: {(server.folder / 'server.log').read_text()[-2000:]}")
