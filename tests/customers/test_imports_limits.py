"""Values at their limits arrive in Norce as they are; what is too long or has no mapping is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from hub.models import ErpConnection, ValueMapping
from hub.models.work import State
from tests.customers.registers import (
    Work,
    change,
    company,
    norce,
    norce_company,
    people,
    person,
    refused,
    run,
    sent_codes,
    state_of,
)

pytestmark = pytest.mark.usefixtures("application")

# ERP member → Norce's member and how long it may be (customers-jobs-auth.md § 4).
PERSON = {
    "first_name": ("FirstName", 100),
    "middle_name": ("MiddleName", 100),
    "last_name": ("LastName", 100),
    "title": ("Title", 10),
    "email": ("EmailAddress", 255),
    "phone": ("PhoneNumber", 50),
    "cell_phone": ("CellPhoneNumber", 50),
    "social_security_number": ("SocialSecurityNumber", 50),
}
COMPANY = {
    "name": ("Name", 100),
    "organisation_no": ("OrganizationNo", 50),
    "vat_no": ("VatNo", 50),
    "email": ("EmailAddress", 255),
    "phone": ("PhoneNumber", 50),
}
ADDRESS = {
    "line1": ("AddressLine1", 255),
    "line2": ("AddressLine2", 255),
    "care_of": ("CareOf", 100),
    "city": ("City", 50),
    "region": ("Region", 50),
    "postal_code": ("ZipCode", 50),
    "phone": ("ShippingPhoneNumber", 50),
    "gln": ("Gln", 50),
    "code": ("Code", 50),
}
SIGNS = "🛒é½𝄞—ß"


def long(length: int) -> str:
    """Return a text that Norce counts as so many characters: emoji are two of its UTF-16."""
    text = (SIGNS * length).encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore")
    return text + "x" * (length - len(text.encode("utf-16-le")) // 2)


def filled(members: dict[str, tuple[str, int]]) -> dict[str, Any]:
    return {name: long(length) for name, (_, length) in members.items()}


def expected(members: dict[str, tuple[str, int]]) -> dict[str, Any]:
    return {wire: long(length) for wire, length in members.values()}


def shown(record: dict[str, Any], members: dict[str, tuple[str, int]]) -> dict[str, Any]:
    return {wire: record[wire] for wire, _ in members.values()}


def test_a_person_at_every_limit_arrives_unchanged(sandbox: Sandbox, work: Work) -> None:
    code = "Å" * 50
    person(sandbox, code, **filled(PERSON), address=filled(ADDRESS), infos=[["SKO", long(100)]])
    assert state_of(run(work)) == (State.DONE, 1, 1, 0, 0, 0)
    record = norce(sandbox, code)
    assert shown(record, PERSON) == expected(PERSON)
    assert shown(record["InvoiceAddress"], ADDRESS) == expected(ADDRESS)
    assert record["AdditionalInfo"] == [{"Code": "SKO", "Value": long(100)}]


def test_a_company_at_every_limit_arrives_unchanged(sandbox: Sandbox, work: Work) -> None:
    numbers = {"organisation_no": "9" * 50, "vat_no": "S" * 50}
    company(sandbox, "B1", **{**filled(COMPANY), **numbers}, address=filled(ADDRESS))
    assert state_of(run(work, "companies")) == (State.DONE, 1, 1, 0, 0, 0)
    record = norce_company(sandbox, "B1")
    assert shown(record, COMPANY) == expected(COMPANY) | {"OrganizationNo": "9" * 50, "VatNo": "S" * 50}
    assert shown(record["InvoiceAddress"], ADDRESS) == expected(ADDRESS)


def test_what_was_at_its_limit_is_unchanged_the_next_time(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", **filled(PERSON), address=filled(ADDRESS))
    run(work)
    assert state_of(run(work)) == (State.DONE, 1, 0, 0, 1, 0)


@pytest.mark.parametrize("name", PERSON)
def test_one_character_too_many_is_refused_by_name_and_limit(sandbox: Sandbox, work: Work, name: str) -> None:
    wire, length = PERSON[name]
    people(sandbox, 2)
    person(sandbox, "P0015", **{name: long(length + 1)})
    item = run(work)
    assert (list(refused(item)), sent_codes(sandbox)) == (["P0015"], ["P001", "P002"])
    assert wire in refused(item)["P0015"] and str(length) in refused(item)["P0015"]


@pytest.mark.parametrize("name", ADDRESS)
def test_too_much_of_an_address_is_refused_by_its_path(sandbox: Sandbox, work: Work, name: str) -> None:
    wire, length = ADDRESS[name]
    people(sandbox, 1)
    person(sandbox, "P9", address={name: long(length + 1)})
    item = run(work)
    assert refused(item)["P9"].startswith(f"InvoiceAddress.{wire}: ") and str(length) in refused(item)["P9"]
    assert (item.state, sent_codes(sandbox)) == (State.DONE, ["P001"])


@pytest.mark.parametrize("name", COMPANY)
def test_a_companys_value_that_is_too_long_is_refused(sandbox: Sandbox, work: Work, name: str) -> None:
    wire, length = COMPANY[name]
    company(sandbox, "B1")
    company(sandbox, "B2", **{name: "x" * (length + 1)})
    item = run(work, "companies")
    assert refused(item)["B2"].startswith(f"{wire}: ") and str(length) in refused(item)["B2"]
    assert sent_codes(sandbox) == ["B1"]


def test_a_code_that_is_too_long_is_refused(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    person(sandbox, "X" * 51, email="x@example.com")
    item = run(work)
    assert refused(item)["X" * 51].startswith("Code: ")
    assert (item.state, sent_codes(sandbox)) == (State.DONE, ["P001"])


def test_a_value_without_a_mapping_is_refused_with_the_remedy(sandbox: Sandbox, work: Work) -> None:
    ErpConnection.objects.update(strict_kinds=["price_list"])
    ValueMapping.objects.create(kind="price_list", norce_value="trade", erp_value="T")
    person(sandbox, "P1", price_lists=[{"code": "T"}])
    person(sandbox, "P2", price_lists=[{"code": "U"}])
    item = run(work)
    assert "Price list U of the ERP (default) has no value mapping." in refused(item)["P2"]
    assert "Add U as an ERP value under Value mappings › Price list" in refused(item)["P2"]
    assert norce(sandbox, "P1")["PriceLists"] == [{"Code": "trade", "IsExclusive": False}]


def test_it_goes_through_when_the_mapping_is_there(sandbox: Sandbox, work: Work) -> None:
    ErpConnection.objects.update(strict_kinds=["flag"])
    person(sandbox, "P1", flags=[{"code": "F"}])
    run(work)
    ValueMapping.objects.create(kind="flag", norce_value="friend", erp_value="F")
    assert state_of(run(work)) == (State.DONE, 1, 1, 0, 0, 0)
    assert norce(sandbox, "P1")["Flags"] == {"friend": True}


@pytest.mark.parametrize("length", [51, 101, 300])
def test_codes_of_any_length_stop_nobody_else(sandbox: Sandbox, work: Work, length: int) -> None:
    people(sandbox, 1)
    person(sandbox, "X" * length, email="x@example.com")
    person(sandbox, "X" * (length - 1) + "Y", email="y@example.com")
    item = run(work)
    assert (item.state, item.count_refused > 0, sent_codes(sandbox)) == (State.DONE, True, ["P001"])


def test_an_identifier_of_any_length_stops_nobody_else(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    person(sandbox, "P9", email="x" * 1000)
    assert (run(work).state, sent_codes(sandbox)) == (State.DONE, ["P001"])


def test_signs_that_a_database_cannot_keep_stop_nobody_else(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    run(work)
    change(sandbox, "P001", last_name="a\0b")
    change(sandbox, "P002", email="\0@example.com")
    change(sandbox, "P003", last_name="Ny")
    item = run(work)
    assert (item.state, set(refused(item)), norce(sandbox, "P003")["LastName"]) == (State.DONE, {"P001", "P002"}, "Ny")
