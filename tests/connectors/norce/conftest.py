"""Norce as the tests of its clients call it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from tests.connectors.norce.answers import BASE


@pytest.fixture
def norce() -> Iterator[responses.RequestsMock]:
    """Norce, giving token-1, token-2 and so on; the test adds the rest."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for number in (1, 2, 3):
            body = {"access_token": f"token-{number}", "expires_in": 3600, "token_type": "Bearer"}
            mock.post(f"{BASE}/identity/1.0/connect/token", json=body)
        yield mock
