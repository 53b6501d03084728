"""Real processes to kill: a hub over a database of its own, a sandbox that can be told when to strike."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import requests
from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler

from connectors.sandbox.core import Sandbox
from connectors.sandbox.http import Request, Response
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.registration import register_order
from connectors.sandbox.server import SandboxServer
from hub.local import free_port
from hub.models import Application, ErpConnection
from hub.tasks import sweep
from tests.conftest import AUTH, sample
from tests.processes.forked import Forked, fork

ROOT = Path(settings.BASE_DIR)
KEY = "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"
EVENT_TOKEN = "a-long-random-token-for-the-tests-of-events"
DRAIN = "import django; django.setup(); from hub.drain import drain; drain(budget={budget}, linger={linger})"


Strike = Callable[[str], bool]
Child = subprocess.Popen[bytes] | Forked


def never(call: str) -> bool:
    return False


class Striking:
    """A sandbox that strikes before it does the work of a request, which is then never done, or after."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.state, self.delivery = sandbox.state, sandbox.delivery
        self.calm()

    def calm(self) -> None:
        self.before: Strike = never
        self.after: Strike = never

    def handle(self, request: Request) -> Response:
        call = f"{request.method} {request.path}"
        if self.before(call):
            return Response.json({})
        response = self.sandbox.handle(request)
        self.after(call)
        return response


class Hub:
    """A hub of processes: its database, its web server, and workers as a test wants them."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.sandbox = Sandbox(SandboxOptions(rate_limit=0, job_seconds=0))
        self.striking = Striking(self.sandbox)
        self.server = SandboxServer(self.striking, port=0)  # type: ignore[arg-type]
        self.server.start()
        self.web_url = f"http://127.0.0.1:{free_port()}"
        self.log = (folder / "processes.log").open("ab")
        self.environment = self._environment(database_url)
        self.children: list[Child] = []
        self.database = ConnectionHandler({"default": settings.DATABASES["default"] | _parsed(database_url)})["default"]

    def _environment(self, database_url: str) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": database_url,
            "TEST_NORCE_BASE_URL": self.server.url,
            "NORCE_EVENT_TOKENS": EVENT_TOKEN,
            "HUB_LEASE_SECONDS": "2",
            "HUB_STALL_SECONDS": "5",
            "HUB_SWEEP_SECONDS": "0.5",
            "WEB_CONCURRENCY": "1",
            "WORKER_CONCURRENCY": "2",
            "PORT": self.web_url.rpartition(":")[2],
            "LOG_LEVEL": "WARNING",
        }

    def start(self) -> None:
        self.manage("migrate", "-v", "0")
        with self.here():
            connection = ErpConnection.objects.get_or_create(name="default")[0]
            Application.objects.get_or_create(key=KEY, number=1901, name="Exempel SE", erp_connection=connection)
        self.run("-m", "gunicorn", "-c", "python:hub.gunicorn_conf", "hub.wsgi")
        wait_until(self._answers)

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.web_url}/health/live", timeout=5).ok
        return False

    def manage(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True, stdout=self.log
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.children.append(child)
        return child

    def drain(self, linger: float = 3.0) -> Forked:
        """A bare worker: drains until nothing has come for a while."""
        worker = fork(self.environment, budget=20, linger=linger)
        self.children.append(worker)
        return worker

    def drain_anew(self, linger: float, **environment: str) -> subprocess.Popen[bytes]:
        """A bare worker with an environment of its own."""
        return self.run("-c", DRAIN.format(linger=linger, budget=linger), **environment)

    def worker(self, **environment: str) -> subprocess.Popen[bytes]:
        return self.run("manage.py", "worker", **environment)

    def send(self, reference: int, name: str = "01") -> None:
        body = sample(name, ClientOrderRef=str(reference))
        body["SellTo"]["Person"]["Email"] = f"buyer{reference}@example.com"
        with self.sandbox.state.lock:
            register_order(self.sandbox.state, body)
        answer = requests.post(f"{self.web_url}/norce/orders", json=body, headers=AUTH, timeout=30)
        assert answer.json()["StatusCode"] == "OK"

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.database.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def acknowledged(self, reference: int) -> bool:
        sql = "SELECT 1 FROM orders_order WHERE client_order_ref = %s AND acknowledged_at IS NOT NULL"
        return bool(self.query(sql, str(reference)))

    def unfinished(self, reference: int) -> int:
        """Return how many messages about an order are not done."""
        sql = "SELECT id FROM orders_order WHERE client_order_ref = %s"
        subjects = [f"order:{key}" for (key,) in self.query(sql, str(reference))]
        states = [self.query("SELECT state FROM hub_outboxmessage WHERE subject = %s", name) for name in subjects]
        return sum(state != "done" for rows in states for (state,) in rows)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Let this process work on the hub's database, as one of its own does."""
        own, connections["default"] = connections["default"], self.database
        try:
            yield
        finally:
            connections["default"] = own

    def sweep(self) -> None:
        with self.here():
            sweep()

    def end(self, children: list[Child]) -> None:
        """End processes kindly: a supervisor that is killed would leave its cluster to the next test."""
        for child in children:
            child.terminate()
        for child in list(children):
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            self.children.remove(child)

    def stop(self) -> None:
        self.striking.calm()
        self.end(self.children)
        self.server.stop()
        self.database.close()
        self.log.close()


def wait_until(condition: Callable[[], bool], seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _parsed(database_url: str) -> dict[str, Any]:
    if database_url.startswith("sqlite"):
        return {"NAME": database_url.removeprefix("sqlite:///")}
    return {"NAME": urlsplit(database_url).path.lstrip("/")}


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of its own beside the configured one: processes cannot see a test's transaction."""
    url = settings.DATABASE_URL
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path_factory.mktemp('hub')}/hub.sqlite3"
        return
    parts = urlsplit(url)
    name = f"{parts.path.lstrip('/')}_processes_{os.getpid()}"
    admin = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def running_hub(database_url: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Hub]:
    with django_db_blocker.unblock():
        hub = Hub(database_url, tmp_path_factory.mktemp("log"))
        try:
            hub.start()
            yield hub
        finally:
            hub.stop()


@pytest.fixture
def hub(running_hub: Hub, django_db_blocker: Any) -> Iterator[Hub]:
    with django_db_blocker.unblock():
        before = set(running_hub.children)
        yield running_hub
        running_hub.striking.calm()
        running_hub.end([child for child in running_hub.children if child not in before])


@pytest.fixture(scope="session")
def references() -> Iterator[int]:
    """Order numbers that no other test uses."""
    return count(7_000_001)
