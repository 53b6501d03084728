"""Every test of the suite runs once for each ERP that has a workbench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.erp_contract.business_central import BusinessCentralWorkbench
from tests.erp_contract.minimal_bench import MinimalWorkbench
from tests.erp_contract.sandbox import SandboxWorkbench
from tests.erp_contract.tryton import TrytonWorkbench
from tests.erp_contract.workbench import Workbench

Ask = Callable[[str], Any]
WORKBENCHES: dict[str, Callable[[Ask], Workbench]] = {
    "minimal": lambda ask: MinimalWorkbench(),
    "sandbox": lambda ask: SandboxWorkbench(),
    "bc": lambda ask: BusinessCentralWorkbench(),
    "tryton": lambda ask: TrytonWorkbench(ask("tryton_server")),
}
# What is slow, or needs more than this process, runs as a step of its own: `make test`.
MARKS = {"tryton": [pytest.mark.tryton]}


@pytest.fixture(params=[pytest.param(name, marks=MARKS.get(name, ())) for name in WORKBENCHES])
def bench(request: pytest.FixtureRequest, db: None) -> Iterator[Workbench]:
    """An ERP, an adapter to it and a clerk in it."""
    made = WORKBENCHES[request.param](request.getfixturevalue)
    yield made
    made.close()


@pytest.fixture
def customer(bench: Workbench) -> str:
    """The code of a customer that the ERP has."""
    return bench.erp().create_party(bench.party())
