"""Which rows of people and companies raise a notification, and for which of Norce's tables."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.applications import APPLICATIONS
from tests.connectors.sandbox.conftest import Caller, Clock

KEY = APPLICATIONS[0]["Key"]
MAJA = {"Code": "C1", "FirstName": "Maja", "LastName": "Provberg", "EmailAddress": "maja@example.com"}
BYGG = {"ApplicationKey": KEY, "Code": "B1", "Name": "Exempelbygg AB", "OrganizationNo": "9900000001"}
ADDRESS = {"AddressLine1": "Exempelgatan 1", "ZipCode": "999 01", "City": "Exempelstad", "CountryCode": "SE"}


def imports(caller: Caller, clock: Clock, *rows: dict[str, Any], kind: str = "Customer") -> None:
    """Import people or companies and wait until that has ended."""
    plural = {"Customer": "Customers", "Company": "Companies"}[kind]
    listed = [name for name in rows[0] if name != "IsCompanyListDelta"]
    header = {"AccountId": 10000, f"{kind}FieldsThatAreSet": listed}
    answer = caller.connect(f"Customer/Import{plural}", list(rows), **header)
    assert answer.status_code == 200, answer.text
    clock.pass_seconds(3)


def told(caller: Caller) -> list[tuple[int, str]]:
    """The id and the table of every notification, in their order."""
    changes = caller.events("CustomerChangedNotification", "CompanyChangedNotification")
    return [(body.get("CustomerId") or body["CompanyId"], body["EntityChanged"]) for _, body in changes]


def test_an_import_is_told_for_each_table_that_it_touches(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, {**MAJA, "InvoiceAddress": ADDRESS, "Flags": [{"Code": "VIP"}], "PriceLists": []})
    tables = ("tClientCustomer", "tClientCustomerAddress", "tClientCustomerFlag")
    assert sorted(told(norce)) == [(50001, table) for table in tables]


def test_our_own_code_comes_back_as_an_echo_and_what_stays_the_same_does_not(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, MAJA)
    imports(norce, clock, {"Id": 50001, "Code": "C2"})
    imports(norce, clock, {"Id": 50001, "Code": "C2"})
    assert told(norce) == [(50001, "tClientCustomer")] * 2


def test_the_application_is_told_only_of_what_is_unique_to_it(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, MAJA)
    imports(norce, clock, BYGG, kind="Company")
    (_, person), (_, company) = norce.events("CustomerChangedNotification", "CompanyChangedNotification")
    assert person == {"ClientId": 1900, "CustomerId": 50001, "EntityChanged": "tClientCustomer"}
    assert company == {"ClientId": 1900, "ApplicationId": 1901, "CompanyId": 7001, "EntityChanged": "tClientCompany"}


def test_a_companys_address_is_told_as_its_own_table(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, {**BYGG, "InvoiceAddress": ADDRESS}, kind="Company")
    assert sorted(told(norce)) == [(7001, "tClientCompany"), (7001, "tClientCompanyAddress")]


def test_a_relation_is_told_of_the_company_when_it_begins_and_when_it_ends(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, BYGG, kind="Company")
    for companies in ([{"Code": "B1"}], [{"Code": "B1"}], []):
        imports(norce, clock, {**MAJA, "Companies": companies, "IsCompanyListDelta": False})
    assert told(norce).count((7001, "tClientCustomerCompany")) == 2


def test_a_record_that_is_refused_changes_nothing(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, {"Code": "C1", "FirstName": "Maja"})
    assert told(norce) == []


def test_a_new_buyer_of_an_order_is_told_and_a_known_one_is_not(norce: Caller) -> None:
    norce.order()
    norce.order(ClientOrderRef="5100232")
    assert told(norce) == [
        (50001, "tClientCustomer"),
        (50001, "tClientCustomerAddress"),
        (7001, "tClientCompany"),
        (7001, "tClientCompanyAddress"),
        (7001, "tClientCustomerCompany"),
    ]


def test_forgetting_somebody_is_told(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, {**MAJA, "InvoiceAddress": ADDRESS})
    before = len(told(norce))
    norce.control("norce/forget", {"customers": [50001]})
    assert sorted(told(norce)[before:]) == [(50001, "tClientCustomer"), (50001, "tClientCustomerAddress")]


@pytest.mark.parametrize(
    ("row", "fault", "status"), [(MAJA, None, 2), (MAJA, "fail", 3), ({"FirstName": "M"}, None, 4)]
)
def test_a_job_that_has_ended_is_told_with_its_end(
    norce: Caller, clock: Clock, row: dict[str, Any], fault: str | None, status: int
) -> None:
    norce.control("faults", {"norce": {"jobs": fault}})
    imports(norce, clock, row)
    body = {"ClientId": 1900, "JobId": 1001, "StatusId": status}
    assert norce.events("JobCompletedEvent") == [("JobCompletedEvent", body)]


def test_a_job_that_runs_is_not_told(norce: Caller, clock: Clock) -> None:
    imports(norce, clock, MAJA)
    clock.pass_seconds(-1)
    assert norce.events("JobCompletedEvent") == []
