"""Every kind of process of a cluster killed, idle and busy: it comes back by itself and each order is done once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes.conftest import Hub, wait_until

pytestmark = pytest.mark.processes

WORKERS = 2


def children(pid: int) -> list[int]:
    """Return the living children of a process, oldest first."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted(int(child) for child in found)


def title(pid: int) -> str:
    """Return what django-q has a process call itself: its role, and whether a worker is idle."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


class Cluster:
    """The processes under one supervisor, by what they do now; waits for those that have just been made and named."""

    def __init__(self, supervisor: int) -> None:
        self.supervisor = supervisor
        wait_until(self._is_whole)

    def _is_whole(self) -> bool:
        with suppress(IndexError, StopIteration, FileNotFoundError, ProcessLookupError):
            self._look()
            return len(self.workers) == WORKERS
        return False

    def _look(self) -> None:
        self.main = children(self.supervisor)[0]
        self.sentinel = children(self.main)[0]
        others = {pid: title(pid) for pid in children(self.sentinel)}
        self.monitor = next(pid for pid, name in others.items() if name.endswith("monitor"))
        self.pusher = next(pid for pid, name in others.items() if name.endswith("pusher"))
        self.workers = [pid for pid, name in others.items() if name.endswith("idle") or " processing " in name]

    def pids(self) -> set[int]:
        return {self.main, self.sentinel, *self.workers, self.monitor, self.pusher}


def started(hub: Hub) -> Cluster:
    """Start a supervised cluster and wait until it drains."""
    supervisor = hub.worker().pid
    wait_until(lambda: bool(hub.query("SELECT 1 FROM hub_clusterbeat WHERE name LIKE %s", f"%/{supervisor}")))
    return Cluster(supervisor)


def assert_orders_are_done_once(hub: Hub, numbers: list[int]) -> None:
    wait_until(lambda: all(map(hub.acknowledged, numbers)))
    orders = [row["reference"] for row in hub.sandbox.state.erp_orders]
    assert all(orders.count(f"1901-{number}") == 1 for number in numbers)
    wait_until(lambda: all(hub.unfinished(number) == 0 for number in numbers))


KINDS: dict[str, Callable[[Cluster], list[int]]] = {
    "both workers": lambda cluster: cluster.workers,
    "the worker that holds the queue's lock": lambda cluster: [waiting_reader(cluster)],
    "monitor": lambda cluster: [cluster.monitor],
    "pusher": lambda cluster: [cluster.pusher],
    "sentinel": lambda cluster: [cluster.sentinel],
    "main process": lambda cluster: [cluster.main],
}


def waiting_reader(cluster: Cluster) -> int:
    """Return the idle worker that sits in a read of the queue's pipe, which only the lock's holder does."""
    for _ in range(100):
        for pid in cluster.workers:
            if is_reading(pid):
                return pid
        time.sleep(0.02)
    return cluster.workers[0]


def is_reading(pid: int) -> bool:
    """Return whether the process is in the system call read (0 on x86-64, 63 on arm64)."""
    call = Path(f"/proc/{pid}/syscall").read_text().split()[0]
    return call in ("0", "63")


@pytest.mark.parametrize("kind", KINDS)
def test_it_survives_the_death_of_any_process_idle_and_busy(hub: Hub, references: Iterator[int], kind: str) -> None:
    cluster = started(hub)
    time.sleep(1)
    kill(KINDS[kind](cluster))
    first = next(references)
    hub.send(first)
    wait_until(lambda: hub.acknowledged(first))
    numbers = [next(references) for _ in range(6)]
    struck = strike_at_first_order(hub, cluster.supervisor, kind)
    for number in numbers:
        hub.send(number)
    wait_until(lambda: bool(struck))
    assert_orders_are_done_once(hub, [first, *numbers])


def strike_at_first_order(hub: Hub, supervisor: int, kind: str) -> list[str]:
    """Kill while the ERP is making an order; returns a list that is filled when it has happened."""
    struck: list[str] = []

    def strike(call: str) -> bool:
        if call == "POST /erp/orders" and not struck:
            struck.append(call)
            kill(KINDS[kind](Cluster(supervisor)))
        return False

    hub.striking.after = strike
    return struck


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_a_cluster_without_its_supervisor_ends_when_it_notices(hub: Hub, references: Iterator[int]) -> None:
    cluster = started(hub)
    os.kill(cluster.supervisor, signal.SIGKILL)
    next(child for child in hub.children if child.pid == cluster.supervisor).wait()
    successor = started(hub)
    number = next(references)
    hub.send(number)
    assert_orders_are_done_once(hub, [number])
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in cluster.pids()))
    assert Path(f"/proc/{successor.main}").exists()


def test_it_works_on_while_redis_is_away(hub: Hub, references: Iterator[int]) -> None:
    hub.worker(REDIS_URL="redis://127.0.0.1:1/0")
    number = next(references)
    hub.send(number)
    assert_orders_are_done_once(hub, [number])
