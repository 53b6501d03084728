"""Imports of customers and companies: matching, wiping, relations and what makes a record fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.connectors.sandbox.conftest import Caller, Clock

SHOP = "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"
MAJA = {"Code": "C1", "FirstName": "Maja", "LastName": "Provberg", "EmailAddress": "maja@example.com"}
BOLAGET = {"ApplicationKey": SHOP, "Code": "B1", "Name": "Exempelbolaget", "OrganizationNo": "999900-0002"}

Import = Callable[..., Any]


@pytest.fixture
def people(sandbox: Caller, clock: Clock) -> Import:
    """Import people whose listed fields are those of the first record, and return the finished job."""
    return lambda *rows, **header: run(sandbox, clock, "Customer", rows, header)


@pytest.fixture
def firms(sandbox: Caller, clock: Clock) -> Import:
    """Import companies, as ``people`` does."""
    return lambda *rows, **header: run(sandbox, clock, "Company", rows, header)


def run(caller: Caller, clock: Clock, kind: str, rows: Any, header: dict[str, Any]) -> Any:
    """Import and wait until the job has ended; ``extra`` are more names for the header."""
    names = [*(name for name in rows[0] if "Delta" not in name), *header.pop("extra", [])]
    lists = {f"{kind}FieldsThatAreSet": names, "AccountId": 10000, **header}
    call = {"Customer": "Customer/ImportCustomers", "Company": "Customer/ImportCompanies"}[kind]
    answer = caller.connect(call, list(rows), **lists)
    assert answer.status_code == 200, answer.text
    clock.pass_seconds(3)
    return caller.connect(f"Job/Get?id={answer.json()['JobId']}").json()


def test_an_import_inserts_and_the_next_one_updates(sandbox: Caller, people: Import) -> None:
    job = people(MAJA)
    assert [job[name] for name in ("StatusId", "Totals", "Insert", "Fail")] == [2, 1, 1, 0]
    assert people({"Code": "C1", "FirstName": "Maj"})["Updates"] == 1
    customers = sandbox.state()["norce"]["customers"]
    assert [(row["FirstName"], row["LastName"], row["UpdatedBy"]) for row in customers] == [("Maj", "Provberg", 10000)]


def test_a_field_that_the_header_does_not_name_is_ignored(sandbox: Caller, people: Import) -> None:
    people(MAJA)
    people({**MAJA, "FirstName": "Other"}, CustomerFieldsThatAreSet=["Code"])
    assert sandbox.state()["norce"]["customers"][0]["FirstName"] == "Maja"


def test_a_named_field_that_a_record_lacks_is_wiped(sandbox: Caller, people: Import) -> None:
    people(MAJA, extra=["PhoneNumber"])
    people({"Code": "C1"}, extra=["FirstName"])
    assert sandbox.state()["norce"]["customers"][0]["FirstName"] is None


def test_field_numbers_mean_the_same_as_names(sandbox: Caller, people: Import) -> None:
    people(MAJA, CustomerFieldsThatAreSet=[2, 3, 6, 8])
    assert sandbox.query("Customers/Customers", filter="CustomerCode eq 'C1'")[0]["EmailAddress"] == "maja@example.com"


def test_an_unknown_code_is_an_insert_even_with_a_known_address(sandbox: Caller, people: Import) -> None:
    sandbox.order()
    job = people({**MAJA, "EmailAddress": "maja.provberg@example.com"})
    log = sandbox.connect(f"Job/GetLog?id={job['JobId']}").json()
    assert (len(sandbox.state()["norce"]["customers"]), job["Insert"]) == (2, 1)
    assert [entry["SeverityId"] for entry in log] == [1, 2, 1]


def test_falling_through_finds_the_address_despite_an_unknown_code(make: Callable[..., Caller], clock: Clock) -> None:
    caller = make(match="fallthrough")
    caller.order()
    run(caller, clock, "Customer", [{**MAJA, "EmailAddress": "maja.provberg@example.com"}], {})
    assert [row["Code"] for row in caller.state()["norce"]["customers"]] == ["C1"]


def test_an_address_alone_finds_the_customer_unless_only_codes_are_searched(sandbox: Caller, people: Import) -> None:
    people(MAJA)
    assert people({"EmailAddress": "MAJA@example.com", "FirstName": "Maj"})["Updates"] == 1
    assert people({"EmailAddress": "maja@example.com"}, extra=["SearchOnlyByCode"])["StatusId"] == 3


def test_a_code_is_written_back_by_the_id(sandbox: Caller, people: Import) -> None:
    sandbox.order()
    number = sandbox.query("Customers/Customers", select="Id")[0]["Id"]
    people({"Id": number, "Code": "C7"})
    assert sandbox.query("Customers/Customers", filter=f"Id eq {number}")[0]["CustomerCode"] == "C7"


@pytest.mark.parametrize(
    "record",
    [
        {**MAJA, "LastName": None},
        {**MAJA, "Id": 1},
        {"Code": "", "EmailAddress": None},
        {**MAJA, "ApplicationKey": BOLAGET["ApplicationKey"][:-1] + "9"},
    ],
)
def test_a_record_that_cannot_be_imported_fails_alone(sandbox: Caller, people: Import, record: dict[str, Any]) -> None:
    job = people(record, {**MAJA, "Code": "C2"}, CustomerFieldsThatAreSet=["Id", "ApplicationKey", *MAJA])
    log = sandbox.connect(f"Job/GetLog?id={job['JobId']}").json()
    assert (job["StatusId"], job["Fail"], job["Insert"]) == (2, 1, 1)
    assert [entry["SeverityId"] for entry in log] == [1, 3, 1]


def test_a_code_that_belongs_to_somebody_else_is_refused(sandbox: Caller, people: Import) -> None:
    people(MAJA, {**MAJA, "Code": "C2", "EmailAddress": "olle@example.com"})
    first = sandbox.query("Customers/Customers", filter="CustomerCode eq 'C1'")[0]["Id"]
    assert people({"Id": first, "Code": "C2"})["StatusId"] == 3


def test_records_without_any_identifier_end_the_job_as_validation_failed(people: Import) -> None:
    assert people({"FirstName": "Maja"})["StatusId"] == 4


def test_the_imported_row_in_the_log_is_cut(sandbox: Caller, people: Import) -> None:
    job = people({"FirstName": "M" * 500})
    log = sandbox.connect(f"Job/GetLog?id={job['JobId']}").json()
    assert [len(entry["ImportedRow"] or "") for entry in log] == [0, 200, 0]


def relations(caller: Caller) -> dict[str, bool]:
    """Return which company codes the only customer is related to, and whether the relation is active."""
    norce = caller.state()["norce"]
    codes = {row["Id"]: row["Code"] for row in norce["companies"]}
    return {codes[row["CompanyId"]]: row["IsActive"] for row in norce["customers"][0]["Relations"]}


@pytest.mark.parametrize(("delta", "kept"), [({}, False), ({"IsCompanyListDelta": True}, True)])
def test_a_list_ends_the_relations_it_lacks_unless_it_is_a_delta(
    sandbox: Caller, people: Import, firms: Import, delta: dict[str, bool], kept: bool
) -> None:
    firms(BOLAGET, {**BOLAGET, "Code": "B2", "OrganizationNo": "999900-0003"})
    people({**MAJA, "Companies": [{"Code": "B1"}]})
    people({"Code": "C1", "Companies": [{"OrganizationNo": "9999000003"}], **delta})
    assert relations(sandbox) == {"B1": kept, "B2": True}


def test_a_company_list_of_customers_ends_relations_the_same_way(
    sandbox: Caller, people: Import, firms: Import
) -> None:
    people(MAJA)
    firms({**BOLAGET, "Customers": [{"EmailAddress": "maja@example.com"}]})
    assert relations(sandbox) == {"B1": True}
    firms({**BOLAGET, "Customers": []})
    assert relations(sandbox) == {"B1": False}


def test_an_unknown_related_company_is_a_warning(people: Import, sandbox: Caller) -> None:
    job = people({**MAJA, "Companies": [{"Code": "B9"}]})
    assert (job["StatusId"], job["Fail"], relations(sandbox)) == (2, 0, {})


@pytest.mark.parametrize(("extra", "flags"), [([], {"NEW": True}), (["PreserveFlags"], {"VIP": True, "NEW": True})])
def test_flags_are_replaced_unless_they_are_preserved(
    sandbox: Caller, people: Import, extra: list[str], flags: dict[str, bool]
) -> None:
    people({**MAJA, "Flags": [{"Code": "VIP"}]})
    people({"Code": "C1", "Flags": [{"Code": "NEW"}]}, extra=extra)
    assert sandbox.state()["norce"]["customers"][0]["Flags"] == flags


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"CustomerFieldsThatAreSet": ["Code"]},
        {"AccountId": 1},
        {"AccountId": 1, "CustomerFieldsThatAreSet": ["Cod"]},
    ],
)
def test_it_refuses_an_import_with_a_missing_or_wrong_header(sandbox: Caller, header: dict[str, Any]) -> None:
    assert sandbox.connect("Customer/ImportCustomers", [MAJA], **header).status_code == 400


def test_the_header_may_be_spelled_in_any_case(sandbox: Caller) -> None:
    sandbox.session.headers["x-STORMconnect-header"] = '{"AccountId": 1, "CustomerFieldsThatAreSet": ["Code"]}'
    assert sandbox.connect("Customer/ImportCustomers", [MAJA]).status_code == 200


@pytest.mark.parametrize(("body", "told"), [(MAJA, "array"), ([MAJA, {"Code": 7}], "[1].Code")])
def test_it_refuses_a_body_that_is_no_array_of_valid_records(sandbox: Caller, body: Any, told: str) -> None:
    answer = sandbox.connect("Customer/ImportCustomers", body, AccountId=1, CustomerFieldsThatAreSet=["Code"])
    assert answer.status_code == 400
    assert told in answer.text


def test_a_company_needs_its_application(sandbox: Caller) -> None:
    row = {name: value for name, value in BOLAGET.items() if name != "ApplicationKey"}
    answer = sandbox.connect("Customer/ImportCompanies", [row], AccountId=1, CompanyFieldsThatAreSet=["Code"])
    assert (answer.status_code, "ApplicationKey" in answer.text) == (400, True)


ADDRESS = {"AddressLine1": "Exempelgatan 1", "ZipCode": "999 01", "City": "Exempelstad", "CountryCode": "SE"}
BOTH = {
    "EmailAddress": "maja@example.com",
    "PhoneNumber": "070-174 06 05",
    "InvoiceAddress": ADDRESS,
    "DeliveryAddresses": [{**ADDRESS, "Code": "1"}],
    "AdditionalInfo": [{"Code": "REGION", "Value": "north"}],
    "PriceLists": [{"Code": "B2B", "IsExclusive": True}],
}
PERSON = {
    **MAJA,
    **BOTH,
    "SocialSecurityNumber": "a number",
    "Title": "Dr",
    "MiddleName": "M",
    "CellPhoneNumber": "070-174 06 06",
    "CrmId": "7",
    "Accounts": [{"ApplicationKey": SHOP, "LoginName": "maja", "AccountStatus": "Active"}],
}
FIRM = {
    **BOLAGET,
    **BOTH,
    "VatNo": "SE999900000201",
    "ParentCompanyCode": "B0",
    "LogoImage": {"ExternalCode": "L1", "FileTypeName": "MainImage", "Url": "https://images.example.com/l1.png"},
    "DeliveryMethods": [{"Code": "PICKUP"}],
    "PaymentMethods": [{"Code": "INVOICE"}],
    "Discounts": [{"Type": 3, "ValueCode": "VIP", "DiscountPercentage": 5}],
}


def test_the_state_shows_everything_that_was_imported(sandbox: Caller, people: Import, firms: Import) -> None:
    assert (people(PERSON)["Insert"], firms(FIRM)["Insert"]) == (1, 1)
    norce = sandbox.state()["norce"]
    for sent, kept in ((PERSON, norce["customers"][0]), (FIRM, norce["companies"][0])):
        assert {name: kept[name] for name in sent} == sent


def test_a_row_of_a_company_names_its_parent(sandbox: Caller, firms: Import) -> None:
    firms({**BOLAGET, "Code": "B0", "OrganizationNo": "999900-0009"})
    firms(FIRM)
    parent, child = sandbox.query("Customers/Companies")
    assert (parent["ParentCompanyId"], child["ParentCompanyId"]) == (None, parent["Id"])
    assert [child[name] for name in ("VatNo", "PhoneNumber", "EmailAddress", "ApplicationId")] == [
        "SE999900000201",
        "070-174 06 05",
        "maja@example.com",
        1901,
    ]


@pytest.mark.parametrize("member", [{"Code": 7}, {"Companies": [{"IsPrimary": "yes"}]}, {"ApplicationKey": "no uuid"}])
def test_a_wrong_member_is_refused_at_any_depth(sandbox: Caller, member: dict[str, Any]) -> None:
    answer = sandbox.connect("Customer/ImportCustomers", [{**MAJA, **member}], AccountId=1, CustomerFieldsThatAreSet=[])
    assert (answer.status_code, next(iter(member)) in answer.text) == (400, True)
