"""Customers that Norce has anonymised, and imports that should have left them alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.conftest import Caller, Clock

MAJA = {
    "Code": "C1",
    "FirstName": "Maja",
    "LastName": "Provberg",
    "EmailAddress": "maja@example.com",
    "SocialSecurityNumber": "a number",
    "InvoiceAddress": {"AddressLine1": "Exempelgatan 1", "City": "Exempelstad", "IsPrimary": True},
    "CrmId": "7",
}


def imports(caller: Caller, clock: Clock, row: dict[str, Any]) -> None:
    """Import one person and wait until that has ended."""
    caller.connect("Customer/ImportCustomers", [row], AccountId=1, CustomerFieldsThatAreSet=list(row))
    clock.pass_seconds(3)


@pytest.fixture
def forgotten(sandbox: Caller, clock: Clock) -> Caller:
    """A tenant that has forgotten its only customer."""
    imports(sandbox, clock, MAJA)
    assert sandbox.control("norce/forget", {"customers": [50001]}).json() == {"forgotten": 1}
    return sandbox


def test_forgetting_scrambles_what_is_personal_and_keeps_the_code(forgotten: Caller) -> None:
    (row,) = forgotten.state()["norce"]["customers"]
    kept = {name for name, value in MAJA.items() if row[name] == value}
    assert (kept, row["IsForgotten"], row["InvoiceAddress"]["IsPrimary"]) == ({"Code", "CrmId"}, True, True)
    assert "Exempelgatan" not in str(row)


def test_a_forgotten_customer_is_found_as_one_and_by_the_moment(forgotten: Caller) -> None:
    found = forgotten.query("Customers/Customers", filter="IsForgotten eq true and Updated ge 2027-01-15T08:00:03Z")
    assert [(row["Id"], row["CustomerCode"]) for row in found] == [(50001, "C1")]
    assert forgotten.query("Customers/Customers", filter="EmailAddress eq 'maja@example.com'") == []


def test_an_import_that_fills_a_forgotten_customer_is_noted(forgotten: Caller, clock: Clock) -> None:
    imports(forgotten, clock, MAJA)
    norce = forgotten.state()["norce"]
    assert [(row["Id"], row["Code"], row["Members"][0]) for row in norce["refilled"]] == [(50001, "C1", "EmailAddress")]
    assert [(row["FirstName"], row["IsForgotten"]) for row in norce["customers"]] == [("Maja", True)]


def test_an_import_without_personal_data_leaves_no_note(forgotten: Caller, clock: Clock) -> None:
    imports(forgotten, clock, {"Code": "C1", "IsActive": False})
    norce = forgotten.state()["norce"]
    assert (norce["refilled"], norce["customers"][0]["IsActive"]) == ([], False)


def test_somebody_who_is_not_forgotten_leaves_no_note(sandbox: Caller, clock: Clock) -> None:
    imports(sandbox, clock, MAJA)
    imports(sandbox, clock, MAJA)
    assert sandbox.state()["norce"]["refilled"] == []


@pytest.mark.parametrize("wanted", [[], {}, {"customers": 50001}, {"customers": [50001, 7]}, {"customers": [[]]}])
def test_it_forgets_nobody_when_one_is_unknown(sandbox: Caller, clock: Clock, wanted: Any) -> None:
    imports(sandbox, clock, MAJA)
    assert sandbox.control("norce/forget", wanted).status_code == 400
    assert sandbox.query("Customers/Customers")[0]["IsForgotten"] is False
