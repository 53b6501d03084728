"""Orders that wait: received through the sandbox's push as Norce would send them, no worker running yet."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from django.apps import apps
from django.db.models import QuerySet

from tests.bench.bodies import FIRST, order
from tests.bench.processes import Processes
from tests.bench.setting import Setting

PUSH = 60.0


@dataclass(kw_only=True)
class Stage:
    """A sandbox and a hub without workers, with the environment that workers need."""

    children: Processes
    receiver_url: str
    sandbox_url: str
    environment: Mapping[str, str]
    next_number: int = FIRST

    def push(self) -> None:
        """Have the sandbox send the next order to the hub; raise RuntimeError when the hub does not take it."""
        url = f"{self.sandbox_url}/_sandbox/orders"
        answer = requests.post(url, json=order(self.next_number), timeout=PUSH).json()
        if not answer.get("ok"):
            raise RuntimeError(f"The hub did not take order {self.next_number}: {answer}")
        self.next_number += 1

    def start_workers(self, count: int) -> None:
        """Start one supervised cluster with so many workers."""
        self.children.start("manage.py", "worker", WORKER_CONCURRENCY=str(count), **self.environment)

    def calls(self) -> dict[str, Any]:
        """Return the sandbox's count of Connect calls: ``total``, ``throttled``, ``by_minute``."""
        state = requests.get(f"{self.sandbox_url}/_sandbox/state", timeout=PUSH).json()
        calls: dict[str, Any] = state["norce"]["calls"]
        return calls


@contextmanager
def stage(setting: Setting, *, per_minute: int) -> Iterator[Stage]:
    """Yield a sandbox and a hub, both with the limit of ``per_minute`` Connect calls (0 for none)."""
    setting.empty_database()
    with Processes(setting.log) as children:
        receiver = children.web("hub.wsgi", probe="/health/live", WEB_CONCURRENCY="1", **PLAIN)[0]
        sandbox_url = children.sandbox(
            setting.folder / "sandbox.json",
            SANDBOX_RATE_LIMIT=str(per_minute),
            SANDBOX_JOB_SECONDS="0",
            SANDBOX_HUB_URL=f"{receiver}/norce/orders",
            SANDBOX_HUB_CREDENTIALS=setting.credentials,
        )
        environment = hub_environment(sandbox_url, per_minute)
        children.manage("sync_applications", **environment)
        yield Stage(children=children, receiver_url=receiver, sandbox_url=sandbox_url, environment=environment)


# The sandbox speaks plain HTTP without a proxy in front; outside of DEBUG the hub would send it to HTTPS.
PLAIN = {"DJANGO_SETTINGS_MODULE": "tests.bench.plain_settings"}


def hub_environment(url: str, per_minute: int) -> dict[str, str]:
    """Return the variables of a hub whose Norce and ERP are both at this address."""
    return {
        "NORCE_BASE_URL": url,
        "NORCE_CLIENT_ID": "sandbox",
        "NORCE_CLIENT_SECRET": "sandbox-secret",
        "NORCE_SCOPE": "playground",
        "NORCE_APPLICATION_ID": "1901",
        "NORCE_REQUESTS_PER_MINUTE": str(per_minute),
        "ERP_URL": f"sandbox+{url}/erp",
    }


def orders() -> QuerySet[Any]:
    """Return all orders of the hub; its models can be asked for only once Django is set up."""
    return apps.get_model("orders", "Order")._default_manager.all()


def acknowledged() -> int:
    """Return how many orders have come all the way."""
    return orders().exclude(acknowledged_at=None).count()


def wait_until_acknowledged(count: int, *, patience: float) -> None:
    """Wait until so many orders are acknowledged; raise TimeoutError when that takes longer than ``patience``."""
    deadline = time.monotonic() + patience
    while (done := acknowledged()) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{done} of {count} orders acknowledged after {patience:.0f} seconds.")
        time.sleep(0.2)
