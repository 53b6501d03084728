"""Run sandbox, web server and workers on this machine, and stop just what was started."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import requests
from django.conf import settings

GRACE = 30.0
HOST = "127.0.0.1"


class Local:
    """Sandbox, web server and workers as child processes; a context manager that ends them.

    ``web_port`` and ``sandbox_port`` 0 take any free port. The children get this process's settings
    with Norce and the ERP pointed at the sandbox, whatever the environment says otherwise; ``erp_url`` is
    the connection URL of another ERP than the sandbox's. When the settings have no token for events, one
    is made up.
    """

    def __init__(
        self, *, web_port: int = 0, sandbox_port: int = 0, erp_url: str = "", state: Path, log: Path | None = None
    ) -> None:
        self.web_url = f"http://{HOST}:{web_port or free_port()}"
        self.sandbox_url = f"http://{HOST}:{sandbox_port or free_port()}"
        self.erp_url = erp_url or f"sandbox+{self.sandbox_url}/erp"
        self.event_tokens = settings.NORCE_EVENT_TOKENS or [secrets.token_hex(24)]
        self.state = state
        self.log = log
        self.children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        # A shell that starts us in the background has SIGINT ignored; SIGTERM must end the children too.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        os.environ |= self.environment()
        self._start("sandbox", "--port", self.sandbox_url.rpartition(":")[2], "--state", str(self.state))
        self.wait_for(f"{self.sandbox_url}/_sandbox/state")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """Return the variables that point the hub at the sandbox and its ERP, and the sandbox at the hub."""
        user, secret = settings.NORCE_RECEIVER_CREDENTIALS[0].split(":", 1)
        return {
            "NORCE_BASE_URL": self.sandbox_url,
            "NORCE_CLIENT_ID": "sandbox",
            "NORCE_CLIENT_SECRET": "sandbox-secret",
            "NORCE_SCOPE": "playground",
            "NORCE_APPLICATION_ID": "1901",
            "NORCE_EVENT_TOKENS": ",".join(self.event_tokens),
            "ERP_URL": self.erp_url,
            "SANDBOX_HUB_URL": f"{self.web_url}/norce/orders",
            "SANDBOX_HUB_CREDENTIALS": f"{user}:{secret}",
            "SANDBOX_EVENTS_URL": f"{self.web_url}/norce/events",
            "SANDBOX_EVENTS_TOKEN": self.event_tokens[0],
        }

    def start_hub(self) -> None:
        """Start web server and workers and wait until the web server answers."""
        port = self.web_url.rpartition(":")[2]
        os.environ |= {"PORT": port, "WEB_CONCURRENCY": "1"}
        self._run([sys.executable, "-m", "gunicorn", "-c", "python:hub.gunicorn_conf", "hub.wsgi"])
        self._start("worker")
        self.wait_for(f"{self.web_url}/health/live")

    def manage(self, *command: str) -> None:
        """Run one management command to its end, its output shown; raise CalledProcessError when it fails."""
        subprocess.run([sys.executable, str(settings.BASE_DIR / "manage.py"), *command], check=True)

    def wait_for(self, url: str, seconds: float = 60.0) -> None:
        """Wait until an address answers; raise RuntimeError when a child has died or time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(requests.ConnectionError, requests.Timeout):
                requests.get(url, timeout=5)
                return
            if any(child.poll() is not None for child in self.children):
                break
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer; see {self.log or 'the output above'}.")

    def wait(self) -> None:
        """Wait until one of the processes ends or Ctrl-C is pressed."""
        with suppress(KeyboardInterrupt):
            while all(child.poll() is None for child in self.children):
                time.sleep(0.5)

    def stop(self) -> None:
        """End the children in reverse order, kindly first."""
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
        self.children.clear()

    def _start(self, command: str, *arguments: str) -> None:
        self._run([sys.executable, str(settings.BASE_DIR / "manage.py"), command, *arguments])

    def _run(self, command: list[str]) -> None:
        output: IO[bytes] | None = self.log.open("ab") if self.log else None
        # A session of its own: Ctrl-C reaches this process only, which then ends the children in order.
        self.children.append(
            subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=output, stderr=output, start_new_session=True)
        )


def free_port() -> int:
    """Return a port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
