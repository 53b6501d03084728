"""What the tests against Tryton share: the hub's connection leads to a server, and a clerk works there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from connectors.erp.base import Erp
from connectors.sandbox.core import Sandbox
from hub import gateways
from orders.models import Order
from tests.conftest import sample
from tests.tryton.clerk import TrytonClerk, clerk_of
from tests.tryton.server import Server

# The server outlives a test, so every order has a number of its own.
_numbers = count(7_000_001)


@pytest.fixture
def clerk(sandbox: Sandbox, settings: Any, tryton_server: Server) -> TrytonClerk:
    """Norce is the sandbox in this process, the ERP is Tryton."""
    settings.ERP_URLS = {"default": tryton_server.url}
    return clerk_of(tryton_server)


@pytest.fixture
def erp(clerk: TrytonClerk) -> Erp:
    """The hub's own adapter."""
    return gateways.erp("default")


@pytest.fixture
def ordered(clerk: TrytonClerk, application: object, received: Callable[..., Order]) -> Callable[..., Order]:
    """Receive a sample order as the application of the fixtures sends it, its buyer without the sandbox's code."""

    def receive(name: str, **changes: Any) -> Order:
        body = sample(name)
        body["SellTo"]["Person"]["CustomerCode"] = None
        ours = {"Header": {"ApplicationKey": "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"}, "DoHold": False}
        return received(name, **(body | ours | {"ClientOrderRef": str(next(_numbers))} | changes))

    return receive
