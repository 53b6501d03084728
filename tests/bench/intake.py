"""Order intake over HTTP against a bare Django view that only inserts the same body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.bench.bodies import requests
from tests.bench.figures import Figure, percentile
from tests.bench.load import Round, send_for
from tests.bench.processes import Processes, memory
from tests.bench.setting import Setting

CONNECTIONS = 16
FLOOR = "tests.bench.floor_settings"
REQUIRED_RATIO = 0.7


@dataclass(kw_only=True)
class _Contender:
    """One of the two servers and what it has done so far."""

    url: str
    requests: Iterator[bytes]
    rounds: list[Round] = field(default_factory=list)

    def run(self, seconds: float) -> Round:
        result = send_for(self.url, self.requests, connections=CONNECTIONS, seconds=seconds)
        if result.refused:
            raise RuntimeError(f"{result.refused} of {len(result.latencies)} requests were refused by {self.url}.")
        return result

    @property
    def rate(self) -> float:
        return median(each.rate for each in self.rounds)

    def milliseconds(self, share: float) -> float:
        return 1000 * percentile([each for done in self.rounds for each in done.latencies], share)


def measure(setting: Setting) -> list[Figure]:
    """Return requests a second of both in alternating rounds, their ratio, their tail and a worker's memory.

    One web process on SQLite, which has one writer at a time; two on PostgreSQL. No workers run.
    """
    rounds, seconds = (1, 0.5) if setting.quick else (9, 4.0)
    processes = 2 if setting.postgresql else 1
    setting.empty_database()
    with Processes(setting.log) as children:
        hub, floor, pid = _start(children, setting, str(processes))
        for contender in (hub, floor):
            contender.run(seconds / 4)
        for number in range(rounds):
            # Whoever comes second finds a busier disk, so they take turns at that too.
            for contender in (hub, floor)[:: 1 if number % 2 else -1]:
                contender.rounds.append(contender.run(seconds))
        return [*_figures(hub, floor), *_memory(pid), Figure(name="web_processes", value=processes)]


def _start(children: Processes, setting: Setting, processes: str) -> tuple[_Contender, _Contender, int]:
    children.manage("migrate", "--run-syncdb", "--verbosity", "0", DJANGO_SETTINGS_MODULE=FLOOR)
    hub, pid = children.web("hub.wsgi", probe="/health/live", WEB_CONCURRENCY=processes)
    floor, _ = children.web(
        "django.core.wsgi:get_wsgi_application()",
        probe="/",
        WEB_CONCURRENCY=processes,
        DJANGO_SETTINGS_MODULE=FLOOR,
    )
    bodies = requests(setting.credentials)
    return _Contender(url=hub, requests=bodies), _Contender(url=floor, requests=bodies), pid


def _figures(hub: _Contender, floor: _Contender) -> list[Figure]:
    # Neighbours in time are compared, because other work on the machine slows both.
    ratios = [ours.rate / bare.rate for ours, bare in zip(hub.rounds, floor.rounds, strict=True)]
    return [
        Figure(name="hub_per_second", value=hub.rate, unit="requests/s"),
        Figure(name="floor_per_second", value=floor.rate, unit="requests/s"),
        Figure(name="ratio", value=median(ratios), at_least=REQUIRED_RATIO),
        Figure(name="ratio_lowest", value=min(ratios)),
        Figure(name="ratio_highest", value=max(ratios)),
        Figure(name="hub_p50", value=hub.milliseconds(0.5), unit="ms"),
        Figure(name="hub_p99", value=hub.milliseconds(0.99), unit="ms"),
        Figure(name="floor_p50", value=floor.milliseconds(0.5), unit="ms"),
        Figure(name="floor_p99", value=floor.milliseconds(0.99), unit="ms"),
        Figure(name="sender_cpu", value=median(each.cpu for each in hub.rounds), unit="cores"),
    ]


def _memory(pid: int) -> list[Figure]:
    rss, pss = memory(pid)
    return [
        Figure(name="worker_rss", value=rss, unit="MiB"),
        Figure(name="worker_pss", value=pss, unit="MiB"),
    ]
