"""From the order to its acknowledgement in Norce, on a sandbox without limits."""

from __future__ import annotations

import time

from django.apps import apps
from django.db.models import Max, Min

from tests.bench.backlog import Stage, orders, stage, wait_until_acknowledged
from tests.bench.figures import Figure, percentile
from tests.bench.setting import Setting

WORKERS = (1, 2)
STEADY_PER_SECOND = 5
PATIENCE = 240.0


def measure(setting: Setting) -> list[Figure]:
    """Return orders a second by number of workers, and the time from intake to acknowledgement at a steady rate."""
    backlog, steady = (4, 4) if setting.quick else (300, 150)
    figures = []
    for workers in WORKERS:
        with stage(setting, per_minute=0) as hub:
            figures.append(_throughput(hub, workers, backlog))
            if workers == max(WORKERS):
                figures += _latency(hub, steady)
    return figures


def _throughput(hub: Stage, workers: int, count: int) -> Figure:
    """Let the workers find a backlog; the clock runs from the first claim to the last acknowledgement."""
    for _ in range(count):
        hub.push()
    hub.start_workers(workers)
    wait_until_acknowledged(count, patience=PATIENCE)
    attempts = apps.get_model("hub", "Attempt")._default_manager
    began = attempts.aggregate(at=Min("started_at"))["at"]
    ended = orders().aggregate(at=Max("acknowledged_at"))["at"]
    rate = count / (ended - began).total_seconds()
    return Figure(name=f"orders_per_second_{workers}_workers", value=rate, unit="orders/s")


def _latency(hub: Stage, count: int) -> list[Figure]:
    """Send orders evenly to the workers, which have nothing else to do."""
    before = orders().count()
    last_before = orders().aggregate(pk=Max("pk"))["pk"]
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / STEADY_PER_SECOND - time.monotonic()))
        hub.push()
    pushed = count / (time.monotonic() - began)
    wait_until_acknowledged(before + count, patience=PATIENCE)
    times = orders().filter(pk__gt=last_before).values_list("received_at", "acknowledged_at")
    waits = [(acknowledged - received).total_seconds() * 1000 for received, acknowledged in times]
    return [
        Figure(name="steady_rate", value=pushed, unit="orders/s"),
        Figure(name="intake_to_acknowledged_p50", value=percentile(waits, 0.5), unit="ms"),
        Figure(name="intake_to_acknowledged_p95", value=percentile(waits, 0.95), unit="ms"),
    ]
