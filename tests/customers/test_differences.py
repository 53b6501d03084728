"""What the ERP has emptied is said, and what differs is shown."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpChoice, ErpContact, ErpLogin, ErpPriceList
from connectors.norce.wire import decode
from customers import records
from customers.records import changes, cleared, digest
from tests.connectors.norce.contracts import CUSTOMER, complaints
from tests.customers.parties import (
    FULL_COMPANY,
    FULL_PERSON,
    company,
    company_record,
    customer_record,
    person,
    scope,
)


def flags(*codes: str, active: bool = True) -> dict[str, Any]:
    return {"Flags": [{"Code": code, "IsActive": active} for code in codes]}


def test_a_text_that_the_erp_has_emptied_is_cleared() -> None:
    today = cleared(customer_record(person()), customer_record(FULL_PERSON))
    nulls = {name for name, value in today.items() if value is None}
    assert nulls == {"CellPhoneNumber", "CrmId", "MiddleName", "PhoneNumber", "SocialSecurityNumber", "Title"}


def test_identifiers_and_required_names_are_never_cleared() -> None:
    sent = {"Code": "B1", "EmailAddress": "a@example.com", "OrganizationNo": "1", "Name": "X", "LastName": "Y"}
    assert cleared({"Id": 5}, sent) == {"Id": 5}


def test_a_company_loses_its_parent_and_vat_number() -> None:
    today = cleared(company_record(company()), company_record(FULL_COMPANY))
    assert {name for name, value in today.items() if value is None} == {"ParentCompanyCode", "PhoneNumber", "VatNo"}


@pytest.mark.parametrize("name", ["Flags", "Contacts", "DeliveryMethods", "PaymentMethods"])
def test_a_code_that_is_gone_becomes_inactive(name: str) -> None:
    sent = {name: [{"Code": "A", "IsActive": True}, {"Code": "B", "IsActive": True}]}
    today = cleared({name: [{"Code": "A", "IsActive": True}]}, sent)
    assert today[name] == [{"Code": "A", "IsActive": True}, {"Code": "B", "IsActive": False}]


def test_the_last_code_that_is_gone_becomes_inactive_too() -> None:
    assert cleared({}, flags("A")) == flags("A", active=False)


def test_what_was_sent_as_inactive_is_not_said_again() -> None:
    assert cleared({}, flags("A", active=False)) == {}


def test_what_was_cleared_is_not_said_again() -> None:
    assert cleared({}, {"Title": None}) == {}


def test_a_role_that_is_gone_becomes_inactive() -> None:
    sent = customer_record(FULL_PERSON)
    today = cleared(customer_record(person(logins=(ErpLogin(name="ida@example.com", roles=()),))), sent)
    assert today["Accounts"][0]["Roles"] == [{"Code": "ADMIN", "IsActive": False}]


def test_the_roles_of_another_login_are_not_touched() -> None:
    sent = customer_record(FULL_PERSON)
    today = cleared(customer_record(person(logins=(ErpLogin(name="new@example.com"),))), sent)
    assert "Roles" not in today["Accounts"][0]


def test_lists_that_are_replaced_go_as_they_are() -> None:
    names = ("PriceLists", "AdditionalInfo", "DeliveryAddresses", "InvoiceAddress", "Companies", "Accounts")
    today = cleared(customer_record(person(price_lists=())), customer_record(FULL_PERSON))
    assert {name: today[name] for name in names if name in today} == {"PriceLists": []}


def test_what_is_left_to_norce_is_never_cleared() -> None:
    kept = scope(left_to_norce=frozenset({"Title", "Flags"}))
    untold = records.untold(person(flags=()), kept)
    today = cleared({"Code": "C1"}, customer_record(FULL_PERSON), untold=untold)
    assert {"Title", "Flags"}.isdisjoint(today)
    assert today["MiddleName"] is None


def test_a_list_that_the_erp_does_not_keep_is_told_from_an_empty_one() -> None:
    sent = customer_record(FULL_PERSON)
    silent, empty = person(), person(flags=())
    assert "Flags" not in cleared(customer_record(silent), sent, untold=records.untold(silent, scope()))
    assert cleared(customer_record(empty), sent, untold=records.untold(empty, scope()))["Flags"] == [
        {"Code": "VIP", "IsActive": False}
    ]


def test_roles_that_the_erp_does_not_keep_stay() -> None:
    party = person(logins=(ErpLogin(name="ida@example.com"),))
    today = cleared(customer_record(party), customer_record(FULL_PERSON), untold=records.untold(party, scope()))
    assert "Roles" not in today["Accounts"][0]


def test_neither_record_is_changed_on_the_way() -> None:
    record, sent = customer_record(person(flags=(ErpChoice(code="NEW"),))), customer_record(FULL_PERSON)
    before = json.dumps([record, sent])
    cleared(record, sent)
    assert json.dumps([record, sent]) == before


def test_what_is_cleared_is_valid_by_the_contract() -> None:
    of_person = cleared(customer_record(person()), customer_record(FULL_PERSON))
    of_company = cleared(company_record(company()), company_record(FULL_COMPANY))
    assert complaints(CUSTOMER, "Customer", of_person) + complaints(CUSTOMER, "Company", of_company) == []


def test_equal_records_have_no_changes_also_after_a_round_trip() -> None:
    for record in (customer_record(FULL_PERSON), company_record(FULL_COMPANY)):
        assert changes(record, record) == {}
        assert changes(decode(records.encoded(record)), record) == {}


def test_only_what_differs_is_shown_in_todays_words() -> None:
    sent, today = customer_record(person(phone="08-1")), customer_record(person(phone="08-2", title="Dr"))
    assert changes(sent, today) == {"PhoneNumber": ["08-1", "08-2"], "Title": [None, "Dr"]}


def test_an_address_is_shown_line_by_line() -> None:
    sent = {"InvoiceAddress": {"City": "Orten", "ZipCode": "1"}}
    assert changes(sent, {"InvoiceAddress": {"City": "Byn", "ZipCode": "1"}}) == {
        "InvoiceAddress.City": ["Orten", "Byn"]
    }


def test_entries_are_shown_by_their_code() -> None:
    sent, today = flags("VIP", "OLD"), cleared(flags("VIP", "NEW"), flags("VIP", "OLD"))
    assert changes(sent, today) == {"Flags.NEW": [None, True], "Flags.OLD": [True, False]}


def test_a_relation_is_shown_with_what_it_says() -> None:
    sent = {"Companies": [{"Code": "B1", "IsPrimary": False}]}
    assert changes(sent, {"Companies": []})["Companies.B1"] == [{"IsPrimary": False}, None]


def test_a_list_that_was_emptied_is_shown_by_the_entries_that_are_gone() -> None:
    sent = {"PriceLists": [{"Code": "P1"}]}
    assert changes(sent, {"PriceLists": []}) == {"PriceLists.P1": [True, None]}
    assert changes({}, {"PriceLists": []}) == {"PriceLists": [None, []]}
    assert changes({"PriceLists": []}, sent) == {"PriceLists.P1": [None, True]}


def test_a_login_is_shown_by_its_name() -> None:
    assert list(changes(None, {"Accounts": [{"ApplicationKey": "k", "LoginName": "a@example.com"}]})) == [
        "Accounts.a@example.com"
    ]


def test_entries_without_a_code_of_their_own_are_shown_as_a_whole() -> None:
    sent = {"DeliveryAddresses": [{"City": "Orten"}]}
    today = {"DeliveryAddresses": [{"City": "Orten"}, {"City": "Byn"}]}
    assert changes(sent, today) == {"DeliveryAddresses": [[{"City": "Orten"}], [{"City": "Orten"}, {"City": "Byn"}]]}


def test_two_entries_with_one_code_are_shown_as_a_whole() -> None:
    assert list(changes({}, flags("A", "A"))) == ["Flags"]


def test_a_null_or_inactive_entry_that_is_no_longer_mentioned_is_no_change() -> None:
    assert changes({"Title": None} | flags("OLD", active=False), {}) == {}


def test_a_new_record_is_shown_whole_and_its_inactivity_too() -> None:
    assert changes(None, {"Code": "C1", "IsActive": False}) == {"Code": [None, "C1"], "IsActive": [None, False]}


def test_changes_can_be_kept_as_json() -> None:
    shown = changes(None, company_record(FULL_COMPANY))
    assert json.loads(json.dumps(shown)) == shown
    assert shown["Discounts"][1][0]["DiscountPercentage"] == "12.50"


def test_a_decimal_is_the_same_however_it_is_written() -> None:
    old, new = {"Discounts": [{"DiscountPercentage": 5}]}, {"Discounts": [{"DiscountPercentage": Decimal("5.00")}]}
    assert changes(old, new) == {}


def test_a_digest_is_32_hexadecimal_characters_and_tells_payloads_apart() -> None:
    assert digest("{}") == digest("{}") != digest("[]")
    assert len(digest("{}")) == 32
    assert int(digest("{}"), 16) > 0


CODES = st.lists(st.sampled_from("ABCD"), unique=True)
PARTIES = st.builds(
    lambda title, listed, contacts, price_lists: company(
        vat_no=title,
        flags=None if listed is None else tuple(ErpChoice(code=code) for code in listed),
        contacts=tuple(ErpContact(code=code) for code in contacts),
        price_lists=tuple(ErpPriceList(code=code) for code in price_lists),
    ),
    st.sampled_from(("", "SE1", "SE2")),
    st.none() | CODES,
    CODES,
    CODES,
)


@given(PARTIES, PARTIES)
def test_what_is_cleared_says_all_of_today_and_nothing_twice(before: Any, after: Any) -> None:
    sent, today = company_record(before), company_record(after)
    told = cleared(today, sent)
    assert {entry["Code"] for entry in told.get("Flags", [])} >= {flag.code for flag in before.flags or ()}
    assert cleared(today, today) == today
    assert cleared(today, told) == today
    assert changes(told, told) == {}


@given(PARTIES, PARTIES)
def test_there_are_changes_exactly_when_records_differ(before: Any, after: Any) -> None:
    sent, today = company_record(before), company_record(after)
    same = {name: sorted(map(str, value)) if isinstance(value, list) else value for name, value in sent.items()} == {
        name: sorted(map(str, value)) if isinstance(value, list) else value for name, value in today.items()
    }
    assert (changes(sent, cleared(today, sent)) == {}) is same
