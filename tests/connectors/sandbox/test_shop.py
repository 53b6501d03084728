"""The shop changes a customer or a company, and a person cancels an order in Norce's admin."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.registration import SYSTEM_ACCOUNT
from tests.connectors.sandbox.conftest import Caller, Clock
from tests.connectors.sandbox.test_changes import ADDRESS, BYGG, MAJA, imports, told


@pytest.fixture
def known(norce: Caller, clock: Clock) -> Caller:
    """A tenant with a person and a company that an import made, and nothing left to send."""
    imports(norce, clock, {**MAJA, "PhoneNumber": "070-174 06 05"})
    imports(norce, clock, BYGG, kind="Company")
    norce.state()
    norce.sandbox.delivery.deliver()
    return norce


def test_the_shop_changes_a_customer_as_norces_own_account(known: Caller, clock: Clock) -> None:
    clock.pass_seconds(60)
    answer = known.control("norce/customers/50001", {"PhoneNumber": None, "InvoiceAddress": ADDRESS})
    row = known.state()["norce"]["customers"][0]
    assert answer.json() | {"Relations": []} == row
    assert (row["PhoneNumber"], row["InvoiceAddress"], row["FirstName"]) == (None, ADDRESS, "Maja")
    assert (row["UpdatedBy"], row["Updated"]) == (SYSTEM_ACCOUNT, "2027-01-15T08:01:06.000")
    assert told(known) == [(50001, "tClientCustomer"), (50001, "tClientCustomerAddress")]


def test_the_shop_changes_a_company(known: Caller) -> None:
    assert known.control("norce/companies/7001", {"Name": "Exempelbygg i Norr AB"}).status_code == 200
    assert known.query("Customers/Companies")[0]["Name"] == "Exempelbygg i Norr AB"
    assert told(known) == [(7001, "tClientCompany")]


def test_a_changed_code_is_found_as_the_new_one(known: Caller) -> None:
    known.control("norce/customers/50001", {"EmailAddress": "new@example.com"})
    assert len(known.query("Customers/Customers", filter="EmailAddress eq 'new@example.com'")) == 1
    assert known.query("Customers/Customers", filter="EmailAddress eq 'maja@example.com'") == []


def test_saving_what_was_there_already_is_told_to_nobody(known: Caller) -> None:
    known.control("norce/customers/50001", {"FirstName": "Maja"})
    assert told(known) == []


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("customers/50001", {"Shoes": 43}, 400),
        ("customers/50001", {"FirstName": 43}, 400),
        ("customers/50001", {"Id": 7}, 400),
        ("customers/50001", {"IsActive": None}, 400),
        ("customers/50001", [], 400),
        ("customers/50002", {"FirstName": "Elin"}, 404),
        ("customers/maja", {"FirstName": "Elin"}, 404),
        ("companies/7001", {"FirstName": "Elin"}, 400),
        ("companies/7002", {"Name": "Elin"}, 404),
        ("orders/5100231/cancel", {"status": "Cancelled"}, 400),
    ],
)
def test_it_refuses_what_norce_does_not_have(known: Caller, path: str, given: Any, status: int) -> None:
    assert known.control(f"norce/{path}", given).status_code == status
    assert (known.state()["norce"]["customers"][0]["FirstName"], told(known)) == ("Maja", [])


@pytest.mark.parametrize("status", ["Cancelled", "WaitingForCancel"])
def test_a_cancel_in_the_admin_is_in_the_history_and_told(norce: Caller, status: str) -> None:
    norce.order()
    assert norce.control("norce/orders/5100231/cancel", {"status": status}).json()["status"] == status
    assert [(line["call"], line["status"]) for line in norce.orders()[0]["history"]] == [("Admin", status)]
    ((_, body),) = norce.events("OrderCancelledEvent")
    assert (body["OrderId"], body["OrderNo"], body["ClientOrderRef"]) == (9900001, "5100231", "5100231")


@pytest.mark.parametrize("given", [{}, {"status": "Delivered"}, {"status": "Cancelled", "reason": "x"}, []])
def test_an_order_is_not_cancelled_as_something_else(norce: Caller, given: Any) -> None:
    norce.order()
    assert norce.control("norce/orders/5100231/cancel", given).status_code == 400
    assert norce.orders()[0]["status"] == "Created"
