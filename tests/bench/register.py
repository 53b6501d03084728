"""A run over a long register of customers against a loop that only reads, keeps and sends on the same pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median

import requests
from django.core.management.color import no_style
from django.db import connection

from tests.bench.backlog import hub_environment
from tests.bench.figures import Figure
from tests.bench.processes import Processes
from tests.bench.register_stub import STEP
from tests.bench.setting import Setting

HUB, FLOOR = "hub", "floor"
FLOOR_SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.bench.floor_settings"}
MODES = ("full", "delta")
SMALLER = 10
ROUNDS = 3
MOST_MEMORY = 300
MOST_GROWTH = 32
MOST_RATIO = 3


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one contender needed for so many records: seconds, statements, MiB at most, calls to Norce."""

    records: int
    seconds: float
    statements: int
    memory: float
    calls: int


# By contender and mode.
Round = dict[tuple[str, str], Cost]


def measure(setting: Setting) -> list[Figure]:
    """Return what a full and a delta run cost, in themselves and against the floor.

    A tenth of the register goes first: memory must not grow with the register. Each cost is of a
    process of its own, its start left out.
    """
    few = setting.records // SMALLER
    rounds = 1 if setting.quick else ROUNDS
    with _stage(setting, few) as stage:
        small = [stage.compare(first) for first in ((HUB, FLOOR), (FLOOR, HUB), (HUB, FLOOR))[:rounds]]
    with _stage(setting, setting.records) as stage:
        large = stage.compare((HUB, FLOOR))
    figures = [Figure(name="records", value=setting.records), Figure(name="records_small", value=few)]
    for mode in MODES:
        figures += _figures(mode, large, small)
    return figures


@dataclass(kw_only=True)
class _Stage:
    """A stub with a register and the processes that are held against each other on it."""

    setting: Setting
    children: Processes
    url: str
    records: int

    def compare(self, contenders: Sequence[str]) -> Round:
        """Let each contender bring over the whole register, then what has changed in it."""
        self._empty()
        self.children.manage("sync_applications", **hub_environment(self.url, 0))
        return {(contender, mode): self._run(contender, mode) for contender in contenders for mode in MODES}

    def _run(self, contender: str, mode: str) -> Cost:
        records = self.records if mode == "full" else -(-self.records // STEP)
        before = self._counts()
        environment = FLOOR_SETTINGS if contender == FLOOR else hub_environment(self.url, 0)
        output = self.setting.folder / "cost.json"
        module = f"tests.bench.register_{contender}"
        self.children.finish("-m", "tests.bench.alone", module, mode, self.url, str(output), **environment)
        spent = {name: number - before[name] for name, number in self._counts().items()}
        if spent["imported"] != records:
            raise RuntimeError(f"{contender} sent {spent['imported']} of {records} records ({mode}).")
        return Cost(records=records, calls=spent["norce"], **json.loads(output.read_text()))

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = requests.get(f"{self.url}/counts", timeout=60).json()
        return counts

    def _empty(self) -> None:
        self.setting.empty_database()
        with connection.cursor() as cursor:
            for statement in connection.ops.sql_flush(no_style(), ["floor_record"]):
                cursor.execute(statement)


@contextmanager
def _stage(setting: Setting, records: int) -> Iterator[_Stage]:
    with Processes(setting.log) as children:
        children.manage("migrate", "--run-syncdb", "--verbosity", "0", **FLOOR_SETTINGS)
        url = children.module("tests.bench.register_stub", str(records), probe="/counts")
        yield _Stage(setting=setting, children=children, url=url, records=records)


def _figures(mode: str, large: Round, small: Sequence[Round]) -> list[Figure]:
    cost, floor = large[HUB, mode], large[FLOOR, mode]
    memory = median(each[HUB, mode].memory for each in small)
    ratios = [each[HUB, mode].seconds / each[FLOOR, mode].seconds for each in small]
    figures = [
        Figure(name="seconds", value=cost.seconds, unit="s"),
        Figure(name="records_per_second", value=cost.records / cost.seconds, unit="records/s"),
        Figure(name="floor_seconds", value=floor.seconds, unit="s"),
        Figure(name="ratio", value=cost.seconds / floor.seconds, at_most=MOST_RATIO),
        Figure(name="ratio_small", value=median(ratios), at_most=MOST_RATIO),
        Figure(name="memory", value=cost.memory, unit="MiB", at_most=MOST_MEMORY),
        Figure(name="memory_small", value=memory, unit="MiB", at_most=MOST_MEMORY),
        Figure(name="memory_growth", value=cost.memory - memory, unit="MiB", at_most=MOST_GROWTH),
        Figure(name="floor_memory", value=floor.memory, unit="MiB"),
        Figure(name="statements_per_1000", value=1000 * cost.statements / cost.records, at_most=1000),
        Figure(name="statements", value=cost.statements),
        Figure(name="norce_calls", value=cost.calls),
    ]
    return [replace(figure, name=f"{mode}_{figure.name}") for figure in figures]
