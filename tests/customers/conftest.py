"""What tests about changes in the shop ask for: somebody whom both sides know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sandbox.core import Sandbox
from hub.models import Application
from tests.customers import registers, shop


@pytest.fixture
def synced(sandbox: Sandbox, application: Application, work: Callable[[], int]) -> int:
    """P1, who lives in Orten and whom a run has brought to Norce; the Norce id."""
    registers.person(sandbox, "P1", address=shop.erp_address("Orten"), phone="08-1")
    registers.run(work)
    number = int(registers.norce(sandbox, "P1")["Id"])
    shop.notify(number)
    work()
    return number
