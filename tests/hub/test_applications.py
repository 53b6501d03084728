"""The tenant's applications, as Norce Query lists them."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from connectors.errors import ConfigError
from connectors.norce.query import NorceQuery
from connectors.norce.types.query import Application as NorceApplication
from connectors.sandbox.core import Sandbox
from hub.applications import sync_applications
from hub.models import Application, ErpConnection

KEY = "3C9A5BE2-0F17-4D6B-B0C8-91E4A6D7F203"


@pytest.fixture
def norce(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> list[NorceApplication]:
    """The applications that Norce lists; the test fills them in."""
    listed: list[NorceApplication] = []
    monkeypatch.setattr(NorceQuery, "applications", lambda self: listed)
    return listed


def listed(**changes: Any) -> NorceApplication:
    known: dict[str, Any] = {"id": 1902, "key": KEY, "name": "Exempel", "is_active": True}
    return NorceApplication(**known | changes)


def synced() -> list[tuple[int, str]]:
    return [(row.number, was) for row, was in sync_applications()]


def test_it_reads_the_tenants_applications(transactional_db: None, sandbox: Sandbox) -> None:
    assert {was for _, was in sync_applications()} == {"new"}
    assert Application.objects.filter(number=1901, key="7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10").exists()
    assert {was for _, was in sync_applications()} == {"unchanged"}


def test_a_new_one_gets_the_default_erp_and_its_key_in_lower_case(norce: list[NorceApplication]) -> None:
    norce.append(listed())
    assert synced() == [(1902, "new")]
    row = Application.objects.get()
    assert (row.key, row.erp_connection.name, row.is_active) == (KEY.lower(), "default", True)


def test_a_changed_one_keeps_what_people_set(norce: list[NorceApplication]) -> None:
    norce.append(listed())
    sync_applications()
    second = ErpConnection.objects.create(name="second")
    Application.objects.update(erp_connection=second, sum_tolerance=3, order_infos={"A": "reference"})
    norce[0] = listed(name="Renamed", is_active=False)
    assert synced() == [(1902, "changed")]
    row = Application.objects.get()
    assert (row.name, row.is_active) == ("Renamed", False)
    assert (row.erp_connection, row.sum_tolerance, row.order_infos) == (second, 3, {"A": "reference"})


def test_one_that_norce_no_longer_lists_stays(norce: list[NorceApplication]) -> None:
    norce.append(listed())
    sync_applications()
    norce.clear()
    assert synced() == []
    assert Application.objects.count() == 1


def test_rows_without_id_or_key_are_left_out(norce: list[NorceApplication]) -> None:
    norce += [listed(id=None), listed(key=None)]
    assert synced() == []


def test_odd_names_are_no_reason_to_stop(norce: list[NorceApplication]) -> None:
    norce += [listed(name=None), listed(id=1903, key="k", name="N" * 300)]
    assert synced() == [(1902, "new"), (1903, "new")]
    assert synced() == [(1902, "unchanged"), (1903, "unchanged")]


def test_without_an_application_id_it_names_the_setting(
    transactional_db: None, sandbox: Sandbox, settings: Settings
) -> None:
    settings.NORCE_APPLICATION_ID = 0
    with pytest.raises(ConfigError) as refused:
        sync_applications()
    assert "NORCE_APPLICATION_ID" in refused.value.remedy
