"""Seeding the ERP: the same records every time, and a share of them that changes."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.options import SandboxOptions
from tests.connectors.sandbox.conftest import Caller, Clock


def customers(sandbox: Caller) -> dict[str, Any]:
    """Return the ERP's customers by code."""
    return {row["code"]: row for row in sandbox.state()["erp"]["customers"]}


def changed(sandbox: Caller, since: str) -> list[str]:
    """Return the codes of the customers that were changed from a moment on."""
    return [row["code"] for row in sandbox.erp("customers/list", since=since).json()["customers"]]


def test_seeding_twice_makes_the_same_records_once(sandbox: Caller, clock: Clock) -> None:
    sandbox.control("erp/seed", {"customers": 3, "companies": 2})
    once = customers(sandbox)
    clock.pass_seconds(60)
    sandbox.control("erp/seed", {"customers": 3, "companies": 2})
    assert sorted(once) == ["B000001", "B000002", "P000001", "P000002", "P000003"]
    assert customers(sandbox) == once


def test_every_tenth_person_buys_for_a_company_and_has_a_flag(sandbox: Caller) -> None:
    sandbox.control("erp/seed", {"customers": 30, "companies": 2})
    rows = customers(sandbox)
    assert rows["P000020"]["companies"] == [{"code": "B000002", "primary": True}]
    assert [rows[code]["flags"] and rows[code]["flags"][0]["code"] for code in ("P000020", "P000021")] == ["VIP", None]
    assert (rows["P000030"]["companies"], rows["P000021"]["companies"]) == (None, None)


def test_every_tenth_company_has_a_price_list(sandbox: Caller) -> None:
    sandbox.control("erp/seed", {"companies": 10})
    assert [row["code"] for row in customers(sandbox).values() if row["price_lists"]] == ["B000010"]


def test_a_share_changes_each_time_it_is_asked_for(sandbox: Caller, clock: Clock) -> None:
    sandbox.control("erp/seed", {"customers": 100, "companies": 100})
    seen = [customers(sandbox)["P000001"]]
    for _ in range(3):
        clock.pass_seconds(60)
        assert sandbox.control("erp/seed", {"change": 0.01}).json() == {"customers": 200, "changed": 2}
        seen.append(customers(sandbox)["P000001"])
    assert changed(sandbox, "2027-01-15T08:03:00Z") == ["B000001", "P000001"]
    assert len({(row["phone"], row["address"]["line1"]) for row in seen}) == 4


def test_a_small_share_of_few_is_still_one(sandbox: Caller) -> None:
    assert sandbox.control("erp/seed", {"customers": 5, "change": 0.001}).json()["changed"] == 1


@pytest.mark.parametrize("wanted", [[], {"customers": -1}, {"customers": True}, {"change": 2}, {"people": 1}])
def test_it_refuses_to_seed_what_it_does_not_understand(sandbox: Caller, wanted: Any) -> None:
    assert sandbox.control("erp/seed", wanted).status_code == 400


@pytest.mark.parametrize(("text", "separate"), [("false", False), ("0", False), ("true", True), (None, True)])
def test_the_environment_says_whether_the_register_separates(text: str | None, separate: bool) -> None:
    environment = {} if text is None else {"SANDBOX_SEPARATE_PARTIES": text}
    assert SandboxOptions.from_environment(environment).separate_parties is separate
