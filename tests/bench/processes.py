"""Start the hub's processes as in production, look at their memory, and stop just those."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import requests

from hub.local import GRACE, HOST, free_port

ROOT = Path(__file__).parents[2]


class Processes:
    """Child processes with this process's environment and more; a context manager that ends them.

    What they print goes to ``log``.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for child in reversed(self._children):
            child.send_signal(signal.SIGTERM)
        for child in reversed(self._children):
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start Python with these arguments and with ``environment`` on top of this process's."""
        with self._log.open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._children.append(child)
        return child

    def web(self, application: str, *, probe: str, **environment: str) -> tuple[str, int]:
        """Start gunicorn with the hub's configuration and wait for ``probe``; return its address and process id."""
        port = str(free_port())
        arguments = ("-m", "gunicorn", "-c", "python:hub.gunicorn_conf", application)
        child = self.start(*arguments, PORT=port, **environment)
        url = f"http://{HOST}:{port}"
        self._wait_for(url + probe, child)
        return url, child.pid

    def sandbox(self, state: Path, **environment: str) -> str:
        """Start a sandbox with an empty state, wait for it and return its address."""
        state.unlink(missing_ok=True)
        port = str(free_port())
        child = self.start("manage.py", "sandbox", "--port", port, "--state", str(state), **environment)
        url = f"http://{HOST}:{port}"
        self._wait_for(f"{url}/_sandbox/state", child)
        return url

    def module(self, name: str, *arguments: str, probe: str) -> str:
        """Start a module that serves at the port it is given first, wait for ``probe`` and return its address."""
        port = str(free_port())
        child = self.start("-m", name, port, *arguments)
        url = f"http://{HOST}:{port}"
        self._wait_for(url + probe, child)
        return url

    def manage(self, *command: str, **environment: str) -> None:
        """Run one management command to its end; raise RuntimeError when it fails."""
        self.finish("manage.py", *command, **environment)

    def finish(self, *arguments: str, **environment: str) -> None:
        """Run Python with these arguments to its end; raise RuntimeError when it fails."""
        if self.start(*arguments, **environment).wait():
            raise RuntimeError(f"{' '.join(arguments)} failed; see {self._log}.")

    def _wait_for(self, url: str, child: subprocess.Popen[bytes], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and child.poll() is None:
            with suppress(requests.RequestException):
                requests.get(url, timeout=5, allow_redirects=False)
                return
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer; see {self._log}.")


def memory(parent: int) -> tuple[float, float]:
    """Return RSS and PSS in MiB, the mean over a process's children; zeros where the system has no /proc."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    pids = children.read_text().split() if children.exists() else []
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() for pid in pids]
    return _mean(rollups, "Rss:"), _mean(rollups, "Pss:")


def _mean(rollups: list[list[str]], name: str) -> float:
    sizes = [int(line.split()[1]) for lines in rollups for line in lines if line.startswith(name)]
    return sum(sizes) / 1024 / len(sizes) if sizes else 0.0
