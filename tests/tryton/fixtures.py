"""Fixtures that start a server; loaded for the whole suite in tests/conftest.py, used by few."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tryton.golden import Unavailable
from tests.tryton.server import Server, running


@pytest.fixture(scope="session")
def tryton_server() -> Iterator[Server]:
    """A Tryton server for the whole run; what one test leaves there, the others see."""
    try:
        with running() as server:
            yield server
    except Unavailable as error:
        pytest.skip(f"No Tryton to test against: {error}")
