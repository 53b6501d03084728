"""The benchmarks run; what they measure is not judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = {
    "intake": {"ratio", "hub_per_second", "floor_per_second", "hub_p50", "hub_p99", "worker_rss", "worker_pss"},
    "inbox": {"idle_p99", "busy_p50", "busy_p99", "orders_still_waiting"},
    "pipeline": {
        "orders_per_second_1_workers",
        "orders_per_second_2_workers",
        "intake_to_acknowledged_p50",
        "intake_to_acknowledged_p95",
    },
    "quota": {"calls_per_minute", "throttled"},
    "register": {"full_ratio", "full_memory", "full_statements_per_1000", "delta_seconds", "delta_ratio"},
    "admin": {"front", "front_statements", "order_list", "order_search", "order_page", "order_page_statements"},
    "tryton": {"orders_ratio", "customers_ratio", "calls_per_order"},
}
LONG = {"inbox", "intake", "pipeline", "quota", "register", "tryton"}
unless_asked = pytest.mark.skipif("TEST_BENCHES" not in os.environ, reason="Half a minute each: TEST_BENCHES=all")


def marks_of(name: str) -> list[pytest.MarkDecorator]:
    """Return the step of `make test` to which a benchmark belongs, and that a long one runs when it is asked for."""
    step = pytest.mark.tryton if name == "tryton" else pytest.mark.processes
    return [step, unless_asked] if name in LONG else [step]


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks_of(name)) for name in KEYS])
def test_a_benchmark_runs_and_prints_and_keeps_its_figures(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name == "tryton":
        # Made first, or said to be missing.
        request.getfixturevalue("tryton_server")
    output = tmp_path / "bench.json"
    command = [sys.executable, "-m", "tests.bench", name, "--quick", "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert all(key in done.stdout for key in KEYS[name])
    assert json.loads(output.read_text())[name].keys() >= KEYS[name]
