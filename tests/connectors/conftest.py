"""What the tests of connectors share: a database for several threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.threads import shared_database


@pytest.fixture
def many_connections(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """The database of this test may be used from several threads."""
    with shared_database(tmp_path):
        yield
