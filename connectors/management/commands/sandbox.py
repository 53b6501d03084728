"""Run the sandbox in the foreground until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors.errors import ConfigError
from connectors.sandbox.core import Sandbox
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.state_file import StateFile


class Command(BaseCommand):
    """``manage.py sandbox [--port 8765] [--state FILE]``; SIGTERM and SIGINT stop it after saving the state."""

    help = "Runs a Norce tenant and a small ERP on this machine, reachable from this machine only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the port and the state file."""
        parser.add_argument("--port", type=int, default=8765, help="0 takes any free port (default: 8765)")
        parser.add_argument(
            "--state",
            type=Path,
            default=Path("var/sandbox.json"),
            help="JSON file that keeps the state between runs (default: var/sandbox.json)",
        )

    def handle(self, *args: Any, port: int, state: Path, **options: Any) -> None:
        """Listen until a signal comes; raise CommandError when the state or the port cannot be used."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        server = self._server(port, state)
        server.start()
        self._say(f"The sandbox listens on {server.url} (Norce, /erp/ and /_sandbox/).")
        stop.wait()
        server.stop()
        self._say("The sandbox has stopped.")

    def _server(self, port: int, state: Path) -> SandboxServer:
        sandbox = Sandbox(SandboxOptions.from_environment(os.environ), report=self._say)
        file = StateFile(state, sandbox.state)
        try:
            file.load()
            return SandboxServer(sandbox, port=port, file=file)
        except ConfigError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error}. Choose another with --port.") from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
