"""The import header names what a record carries, no more and no less."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.norce.header import fields_key, fields_with_id, with_account, with_id
from connectors.norce.types.customers import (
    Account,
    AccountStatus,
    Address,
    Company,
    CompanyIdentifier,
    Customer,
    CustomerType,
    Flag,
)
from connectors.norce.types.import_header import CompanyField, CustomerField
from connectors.norce.wire import UNSET, WireError, decode, encoded, write
from tests.connectors.norce.contracts import CUSTOMER, complaints

KEY = "15d62d1f-3a4e-4111-845a-4db40bf08e87"
PEOPLE, ORGANISATIONS, LOGINS = "CustomerFieldsThatAreSet", "CompanyFieldsThatAreSet", "AccountFieldsThatAreSet"


def lists(record: Customer | Company, *, replace_flags: bool = False) -> dict[str, list[str]]:
    """Return the header's lists for a record, by name."""
    key: dict[str, list[str]] = json.loads(fields_key(write(record), type(record), replace_flags=replace_flags))
    return key


def test_the_list_holds_what_is_set_in_norces_order() -> None:
    record = Customer(first_name="Ida", code="C1", id=1, type=CustomerType.CUSTOMER)
    assert lists(record) == {PEOPLE: ["Id", "Code", "FirstName"]}


def test_a_member_that_is_to_be_cleared_is_in_the_list() -> None:
    assert lists(Customer(id=1, title=None)) == {PEOPLE: ["Id", "Title"]}


def test_nested_records_with_different_members_are_refused() -> None:
    companies = (CompanyIdentifier(id=1), CompanyIdentifier(code="B"))
    with pytest.raises(WireError, match=r"^Companies\[1\]: .* a difference in Code, Id\.$"):
        lists(Customer(id=1, companies=companies))


def test_nested_lists_are_named_only_when_the_outer_list_carries_them() -> None:
    related = Customer(id=1, companies=(CompanyIdentifier(code="B", is_primary=True),))
    assert lists(related) == {PEOPLE: ["Id", "Companies"], ORGANISATIONS: ["Code"]}
    assert ORGANISATIONS not in lists(replace(related, companies=()))


def test_a_password_counts_only_when_the_account_is_created() -> None:
    account = Account(application_key=KEY, login_name="ida@example.com", password="x", status=AccountStatus.ACTIVE)
    assert lists(Customer(id=1, accounts=(account,)))[LOGINS] == ["PasswordCreateOnly", "Status"]


@pytest.mark.parametrize(("replace_flags", "expected"), [(False, True), (True, False)])
def test_flags_are_preserved_unless_told_otherwise(replace_flags: bool, expected: bool) -> None:
    record = Company(application_key=KEY, id=1, flags=(Flag(code="VIP"),))
    assert ("PreserveFlags" in lists(record, replace_flags=replace_flags)[ORGANISATIONS]) is expected


def test_an_invoice_address_used_for_deliveries_switches_both_addresses_on() -> None:
    company = Company(
        application_key=KEY, id=1, use_invoice_address_as_delivery_address=True, invoice_address=Address()
    )
    assert {"InvoiceAddress", "DeliveryAddresses"} <= set(lists(company)[ORGANISATIONS])


def test_an_invoice_address_used_for_deliveries_must_be_there() -> None:
    company = Company(application_key=KEY, id=1, use_invoice_address_as_delivery_address=True)
    with pytest.raises(WireError, match=r"^InvoiceAddress: expected an address"):
        lists(company)


@pytest.mark.parametrize(
    ("record", "schema"),
    [
        (Customer(id=4711, code="C-100200"), "ImportCustomersHeader"),
        (Company(application_key=KEY, id=42, customers=(Customer(code="C"),)), "ImportCompaniesHeader"),
    ],
)
def test_a_header_is_valid_by_the_contract(record: Any, schema: str) -> None:
    line = with_account(fields_key(write(record), type(record)), 10000)
    assert complaints(CUSTOMER, schema, json.loads(line)) == []


def test_a_header_is_one_line_of_ascii() -> None:
    line = with_account(fields_key(write(Customer(id=4711, code="C-100200")), Customer), 10000)
    assert line == '{"AccountId":10000,"CustomerFieldsThatAreSet":["Id","Code"]}'


CODES = st.sampled_from(("A", "B"))
COMPANY_LISTS = st.lists(
    st.builds(CompanyIdentifier, code=CODES, is_primary=st.booleans() | st.just(UNSET)), max_size=2
)
ACCOUNTS = st.lists(
    st.builds(Account, application_key=st.just(KEY), login_name=CODES, status=st.just(AccountStatus.ACTIVE)), max_size=2
)
CUSTOMERS = st.builds(
    Customer,
    code=CODES,
    title=st.sampled_from((UNSET, None, "Dr")),
    type=st.sampled_from((UNSET, CustomerType.CUSTOMER)),
    flags=st.sampled_from((UNSET, (), (Flag(code="VIP"),))),
    invoice_address=st.sampled_from((UNSET, Address())),
    companies=st.just(UNSET) | COMPANY_LISTS.map(tuple),
    accounts=st.just(UNSET) | ACCOUNTS.map(tuple),
)
COMPANIES = st.builds(
    Company,
    application_key=st.just(KEY),
    code=CODES,
    vat_no=st.sampled_from((UNSET, None, "SE1")),
    flags=st.sampled_from((UNSET, (), (Flag(code="VIP"),))),
    customers=st.sampled_from((UNSET, (), (Customer(code="C", companies=(CompanyIdentifier(code="B"),)),)))
    | CUSTOMERS.map(lambda customer: (replace(customer, companies=UNSET),)),
    invoice_address=st.just(Address()),
    use_invoice_address_as_delivery_address=st.sampled_from((UNSET, True, False)),
)


def named(record: dict[str, Any], options: Any) -> set[str]:
    """Return what a list must name for a written record, from the contract's names alone."""
    names = set(record) & {option.value for option in options}
    if record.get("UseInvoiceAddressAsDeliveryAddress") is True:
        names.add("DeliveryAddresses")
    return names | ({"PreserveFlags"} if "Flags" in names else set())


@given(CUSTOMERS | COMPANIES.filter(lambda record: record.customers in (UNSET, ())))
def test_a_list_names_all_that_its_record_carries_and_nothing_else(record: Customer | Company) -> None:
    own, options = (PEOPLE, CustomerField) if isinstance(record, Customer) else (ORGANISATIONS, CompanyField)
    assert set(lists(record)[own]) == named(write(record), options)


@given(COMPANIES.filter(lambda record: not any(one.companies for one in record.customers or ())))
def test_a_list_of_nested_people_names_what_all_of_them_carry(record: Company) -> None:
    people = write(record).get("Customers") or []
    assert set(lists(record).get(PEOPLE, [])) == (named(people[0], CustomerField) if people else set())


@given(CUSTOMERS, CUSTOMERS)
def test_records_with_equal_keys_carry_the_same_members(one: Customer, other: Customer) -> None:
    left, right = write(one), write(other)
    same = fields_key(left, Customer) == fields_key(right, Customer)
    if same:
        assert named(left, CustomerField) == named(right, CustomerField)


@pytest.mark.parametrize(
    "record",
    [
        Customer(code="C", companies=(CompanyIdentifier(code="B"),)),
        Company(application_key=KEY, code="B", customers=(Customer(code="C"),)),
    ],
)
def test_norces_id_goes_into_the_record_and_its_own_list_only(record: Customer | Company) -> None:
    payload, key = with_id(encoded(write(record)), 7), fields_with_id(fields_key(write(record), type(record)))
    known = replace(record, id=7)
    assert decode(payload) == write(known)
    assert {name: set(value) for name, value in json.loads(key).items()} == {
        name: set(value) for name, value in lists(known).items()
    }
