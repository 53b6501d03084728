"""What the tenant's model lacks of the names that we read is told, name by name."""

from __future__ import annotations

import pytest

from connectors.sandbox.core import Sandbox
from hub import gateways, query_names
from tests.faults import set_faults

pytestmark = pytest.mark.usefixtures("transactional_db")


def answers() -> dict[str, tuple[bool | None, str]]:
    return {row["system"]: (row["ok"], row["answer"]) for row in query_names.check_names(gateways.norce_query())}


def test_every_namespace_that_we_read_is_asked_for(sandbox: Sandbox) -> None:
    all_there = (True, "every name is there")
    assert answers() == {f"norce query {name}": all_there for name in ("Core", "Customers", "Orders")}


@pytest.mark.parametrize(("status", "ok"), [(404, None), (400, False), (403, False), (500, False)])
def test_a_namespace_that_cannot_be_asked_leaves_the_others_checked(
    sandbox: Sandbox, status: int, ok: bool | None
) -> None:
    set_faults(sandbox, norce={"fail_next": {"Customers/$metadata": [status]}})
    found = answers()
    assert (found["norce query Customers"][0], str(status) in found["norce query Customers"][1]) == (ok, True)
    assert found["norce query Orders"][0] is True


def test_a_tenant_of_version_3_is_asked_for_its_own_spelling(sandbox: Sandbox) -> None:
    query = gateways.norce_query()
    query.version = "3.0"
    told = [row["answer"] for row in query_names.check_names(query)]
    assert "Core/Countries has no property code." in told
