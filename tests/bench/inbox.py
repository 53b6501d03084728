"""Norce's events over HTTP at an even pace while two workers work off a backlog: Norce waits 5 seconds at most."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

from tests.bench.backlog import Stage, acknowledged, stage, wait_until_acknowledged
from tests.bench.figures import Figure, percentile
from tests.bench.setting import Setting

PER_SECOND = 50
REQUIRED_P99 = 50.0
PATIENCE = 240.0


def measure(setting: Setting) -> list[Figure]:
    """Return the latency of events with no worker running, and with two that bring a backlog of orders to the ERP."""
    events, backlog = (20, 4) if setting.quick else (1000, 1500)
    bodies = _bodies()
    with stage(setting, per_minute=0) as hub:
        idle = _latencies(hub, setting.event_token, bodies, events)
        for _ in range(backlog):
            hub.push()
        hub.start_workers(2)
        wait_until_acknowledged(1, patience=PATIENCE)
        busy = _latencies(hub, setting.event_token, bodies, events)
        left = backlog - acknowledged()
    return [
        Figure(name="idle_p50", value=percentile(idle, 0.5), unit="ms"),
        Figure(name="idle_p99", value=percentile(idle, 0.99), unit="ms"),
        Figure(name="busy_p50", value=percentile(busy, 0.5), unit="ms"),
        Figure(name="busy_p99", value=percentile(busy, 0.99), unit="ms", at_most=REQUIRED_P99),
        Figure(name="orders_still_waiting", value=left),
    ]


def _latencies(hub: Stage, token: str, bodies: Iterator[bytes], number: int) -> list[float]:
    """Send so many events over one connection, PER_SECOND in each second; return milliseconds."""
    line = http.client.HTTPConnection(urlsplit(hub.receiver_url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    began = time.perf_counter()
    return [_send(line, headers, next(bodies), began + place / PER_SECOND) for place in range(number)]


def _send(line: http.client.HTTPConnection, headers: dict[str, str], body: bytes, due: float) -> float:
    time.sleep(max(0.0, due - time.perf_counter()))
    began = time.perf_counter()
    line.request("POST", "/norce/events/CustomerChangedNotification", body, headers)
    answer = line.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"The hub answered {answer.status} to an event.")
    return 1000 * (time.perf_counter() - began)


def _bodies() -> Iterator[bytes]:
    for number in count(1_000_000):
        yield json.dumps({"ClientId": 1900, "CustomerId": number, "EntityChanged": "tClientCustomer"}).encode()
