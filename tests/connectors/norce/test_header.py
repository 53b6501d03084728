"""The import header names what the records carry, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.norce.header import (
    fields_key,
    fields_that_are_set,
    fields_with_id,
    header_for,
    with_account,
    with_id,
)
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
from connectors.norce.types.import_header import AccountField, CompanyField, CustomerField
from connectors.norce.wire import UNSET, WireError, decode, encode, encoded, write
from tests.connectors.norce.contracts import CUSTOMER, complaints

KEY = "15d62d1f-3a4e-4111-845a-4db40bf08e87"


def test_the_list_holds_what_is_set_in_norces_order() -> None:
    record = Customer(first_name="Ida", code="C1", id=1, type=CustomerType.CUSTOMER)
    assert fields_that_are_set([record]).customer == (CustomerField.ID, CustomerField.CODE, CustomerField.FIRST_NAME)


def test_a_member_that_is_to_be_cleared_is_in_the_list() -> None:
    assert CustomerField.TITLE in fields_that_are_set([Customer(id=1, title=None)]).customer


def test_records_with_different_members_are_refused_in_one_call() -> None:
    with pytest.raises(WireError, match=r"^\[1\]: expected the same members as in \[0\], got a difference in Title\.$"):
        fields_that_are_set([Customer(id=1), Customer(id=2, title="Dr")])


def test_nested_records_with_different_members_are_refused_too() -> None:
    companies = (CompanyIdentifier(id=1), CompanyIdentifier(code="B"))
    with pytest.raises(WireError, match=r"^\[0\]\.Companies\[1\]: .* a difference in Code, Id\.$"):
        fields_that_are_set([Customer(id=1, companies=companies)])


def test_an_empty_call_is_refused() -> None:
    with pytest.raises(WireError, match="at least one record"):
        fields_that_are_set([])


def test_nested_lists_are_named_only_when_the_outer_list_carries_them() -> None:
    plain, related = Customer(id=1), Customer(id=1, companies=(CompanyIdentifier(code="B", is_primary=True),))
    assert fields_that_are_set([plain]).company == ()
    assert fields_that_are_set([related]).company == (CompanyField.CODE,)


def test_a_password_counts_only_when_the_account_is_created() -> None:
    account = Account(application_key=KEY, login_name="ida@example.com", password="x", status=AccountStatus.ACTIVE)
    lists = fields_that_are_set([Customer(id=1, accounts=(account,))])
    assert lists.account == (AccountField.PASSWORD_CREATE_ONLY, AccountField.STATUS)


@pytest.mark.parametrize(("replace_flags", "expected"), [(False, True), (True, False)])
def test_flags_are_preserved_unless_told_otherwise(replace_flags: bool, expected: bool) -> None:
    records = [Company(application_key=KEY, id=1, flags=(Flag(code="VIP"),))]
    fields = fields_that_are_set(records, replace_flags=replace_flags).company
    assert (CompanyField.PRESERVE_FLAGS in fields) is expected


def test_preserve_flags_is_not_sent_without_flags() -> None:
    assert fields_that_are_set([Customer(id=1)]).customer == (CustomerField.ID,)


def test_searching_only_by_code_switches_the_outer_list() -> None:
    records = [Company(application_key=KEY, code="B", customers=(Customer(code="C"),))]
    lists = fields_that_are_set(records, search_only_by_code=True)
    assert CompanyField.SEARCH_ONLY_BY_CODE in lists.company
    assert lists.customer == (CustomerField.CODE,)


def test_an_invoice_address_used_for_deliveries_switches_both_addresses_on() -> None:
    company = Company(
        application_key=KEY, id=1, use_invoice_address_as_delivery_address=True, invoice_address=Address()
    )
    fields = fields_that_are_set([company]).company
    assert {CompanyField.INVOICE_ADDRESS, CompanyField.DELIVERY_ADDRESSES} <= set(fields)


def test_an_invoice_address_used_for_deliveries_must_be_there() -> None:
    company = Company(application_key=KEY, id=1, use_invoice_address_as_delivery_address=True)
    with pytest.raises(WireError, match=r"^\[0\]\.InvoiceAddress: expected an address"):
        fields_that_are_set([company])


@pytest.mark.parametrize(
    ("records", "schema"),
    [
        ([Customer(id=4711, code="C-100200")], "ImportCustomersHeader"),
        ([Company(application_key=KEY, id=42, customers=(Customer(code="C"),))], "ImportCompaniesHeader"),
    ],
)
def test_a_header_is_valid_by_the_contract(records: Sequence[Any], schema: str) -> None:
    assert complaints(CUSTOMER, schema, write(header_for(records, account_id=10000))) == []


def test_a_header_is_one_line_of_ascii() -> None:
    header = header_for([Customer(id=4711, code="C-100200")], account_id=10000)
    assert encode(header) == b'{"AccountId":10000,"CustomerFieldsThatAreSet":["Id","Code"]}'


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


def lists_of(record: Customer | Company, replace_flags: bool) -> dict[str, set[str]]:
    header = write(header_for([record], account_id=1, replace_flags=replace_flags))
    return {name: set(value) for name, value in header.items() if name != "AccountId"}


@given(CUSTOMERS | COMPANIES.filter(lambda record: record.customers in (UNSET, ())), st.booleans())
def test_the_key_of_a_record_names_what_its_header_names(record: Customer | Company, replace_flags: bool) -> None:
    key = json.loads(fields_key(write(record), type(record), replace_flags=replace_flags))
    assert {name: set(value) for name, value in key.items()} == lists_of(record, replace_flags)


@given(COMPANIES)
def test_the_key_of_a_company_names_what_its_people_carry(record: Company) -> None:
    try:
        expected = lists_of(record, False)
    except WireError:
        with pytest.raises(WireError):
            fields_key(write(record), Company)
    else:
        assert {name: set(value) for name, value in json.loads(fields_key(write(record), Company)).items()} == expected


@given(CUSTOMERS, CUSTOMERS)
def test_records_with_equal_keys_may_share_a_call(one: Customer, other: Customer) -> None:
    if fields_key(write(one), Customer) == fields_key(write(other), Customer):
        header = write(header_for([one, other], account_id=1))
        assert header | {"AccountId": 1} == json.loads(with_account(fields_key(write(one), Customer), 1))


def test_the_keys_of_nested_records_that_differ_are_refused() -> None:
    companies = (CompanyIdentifier(id=1), CompanyIdentifier(code="B"))
    with pytest.raises(WireError, match=r"^Companies\[1\]: .* a difference in Code, Id\.$"):
        fields_key(write(Customer(id=1, companies=companies)), Customer)


def test_a_key_with_an_account_is_the_line_of_the_header() -> None:
    record = Customer(code="C", flags=(Flag(code="VIP"),))
    line = with_account(fields_key(write(record), Customer), 10000)
    assert line.encode() == encode(header_for([record], account_id=10000))


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
    assert {name: set(value) for name, value in json.loads(key).items()} == lists_of(known, False)
