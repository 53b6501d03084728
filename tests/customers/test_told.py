"""What a row of Norce says, and which members have changed: the pure parts, for any row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpParty, PartyKind
from connectors.norce.types.query import AddressRow, CompanyRow, CustomerRow
from customers import baseline, merging, told
from customers.baseline import Heard
from tests.customers.parties import FULL_COMPANY, FULL_PERSON, STREET, company, company_record, customer_record, person

TEXT = st.text("abcåÄ 1", max_size=8).map(str.strip)
ADDRESS = st.builds(
    AddressRow,
    type_id=st.sampled_from([1, 2]),
    care_of=TEXT,
    address_line1=TEXT,
    zip_code=TEXT,
    city=TEXT,
    country_id=st.sampled_from([None, 1, 2, 99]),
    shipping_phone_number=TEXT,
    is_primary=st.booleans(),
)
PERSON = st.builds(
    CustomerRow,
    id=st.just(1),
    customer_code=st.just("C1"),
    email_address=st.sampled_from([None, "ida@example.com", "Bo@example.com"]),
    first_name=TEXT,
    last_name=TEXT,
    title=st.sampled_from([None, "Dr"]),
    phone_number=TEXT,
    cell_phone_number=TEXT,
    addresses=st.lists(ADDRESS, max_size=3).map(tuple),
)
COMPANY = st.builds(
    CompanyRow,
    id=st.just(1),
    name=TEXT,
    organization_no=st.sampled_from([None, "559999-0000"]),
    vat_no=TEXT,
    phone_number=TEXT,
    addresses=st.lists(ADDRESS, max_size=3).map(tuple),
)
ROW = PERSON | COMPANY
COUNTRIES = {1: "SE", 2: "NO"}


def record(row: Any) -> told.Record:
    return told.told(told.party_of(row, COUNTRIES))


def known(row: Any, **options: Any) -> baseline.Baseline:
    heard = Heard().brought(record(row), record(row).keys())
    return baseline.baseline(replace(heard, **options), "")


def pairs(rows: Any) -> Any:
    return st.tuples(rows, rows)


@given(ROW)
def test_what_was_heard_is_no_change(row: Any) -> None:
    assert baseline.changed(record(row), known(row)) == frozenset()


@given(ROW)
def test_what_is_kept_is_read_as_it_was(row: Any) -> None:
    heard = Heard().brought(record(row), ["Title"]).attempting({"Title": "Dr"})
    assert Heard.read(heard.written()) == heard


def in_erp(row: Any, *, is_whole: bool) -> ErpParty:
    party = told.party_of(row, COUNTRIES)
    return replace(party, first_name="", last_name="") if is_whole else party


@given(pairs(PERSON) | pairs(COMPANY), st.booleans())
def test_a_change_that_is_merged_leaves_nothing_to_tell(rows: tuple[Any, Any], is_whole: bool) -> None:
    before, now = rows
    names = baseline.changed(record(now), known(before))
    erp = in_erp(before, is_whole=is_whole)
    after = merging.merged(erp, told.party_of(now, COUNTRIES), names, known(before).values)
    held = merging.seen_by(after, {**known(before).values, **{name: record(now)[name] for name in names}})
    assert all(told.is_same(name, record(now)[name], held.get(name)) for name in names)
    merge = merging.merge(names, norce=record(now), erp=after, known=known(before), own=())
    assert (merge.write, merge.both) == (frozenset(), frozenset())


@given(pairs(PERSON) | pairs(COMPANY))
def test_an_erp_as_it_was_is_never_in_doubt(rows: tuple[Any, Any]) -> None:
    before, now = rows
    names = baseline.changed(record(now), known(before))
    erp = told.party_of(before, COUNTRIES)
    assert merging.merge(names, norce=record(now), erp=erp, known=known(before), own=()).both == frozenset()


@given(pairs(PERSON) | pairs(COMPANY))
def test_other_members_are_left_alone(rows: tuple[Any, Any]) -> None:
    before, now = rows
    erp = told.party_of(before, COUNTRIES)
    names = baseline.changed(record(now), known(before))
    after = merging.merged(erp, told.party_of(now, COUNTRIES), names, known(before).values)
    attributes = {told.carried(erp.kind)[name] for name in names} | {"name"}
    assert merging.fields(erp, after) <= attributes


@given(ROW)
def test_addresses_that_norce_does_not_show_are_no_change(row: Any) -> None:
    bare = replace(row, addresses=())
    assert not baseline.changed(record(bare), known(row))


@pytest.mark.parametrize("party", [FULL_PERSON, FULL_COMPANY])
def test_a_member_is_written_as_runs_write_it(party: ErpParty) -> None:
    sent = customer_record(party) if party.kind == PartyKind.PERSON else company_record(party)
    members = told.record_of(party)
    assert {name: sent[name] for name in members} == members


def test_an_order_clears_nothing_that_norce_never_had() -> None:
    heard = Heard.read(baseline.ordered(person(phone="08-1", email="ida@example.com"), in_erp=True))
    row = CustomerRow(id=1, first_name="Ida", last_name="Prov", email_address="ida@example.com")
    assert baseline.changed(record(row), baseline.baseline(heard, "")) == frozenset()


def test_an_order_that_norce_would_not_take_is_not_heard() -> None:
    assert baseline.ordered(person(email="x" * 300), in_erp=True) == ""


def test_an_erp_with_one_name_only_gets_one() -> None:
    erp = person(name="Ida Maria Prov")
    after = merging.merged(erp, person(first_name="Ida", last_name="Nyberg", name="Ida Nyberg"), {"LastName"}, {})
    assert (after.name, merging.fields(erp, after)) == ("Ida Maria Nyberg", {"name"})


def test_a_number_without_its_dash_is_the_same() -> None:
    row = CompanyRow(id=1, name="Exempel AB", organization_no="5599990000", vat_no="SE 559999000001")
    heard = Heard().brought(told.record_of(FULL_COMPANY), ["VatNo"])
    assert baseline.changed(record(row), baseline.baseline(heard, "")) == {"PhoneNumber"}


def test_a_validated_address_is_not_validated_any_more_when_it_changes() -> None:
    erp = company(address=replace(STREET, validated=True))
    moved = company(address=replace(STREET, city="Byn", name="", validated=None))
    address = merging.merged(erp, moved, {"InvoiceAddress"}, {}).address
    assert (address.validated, address.name, address.city) == (None, STREET.name, "Byn")


def test_a_name_that_the_erp_keeps_whole_is_no_conflict_and_keeps_its_first_name() -> None:
    before = CustomerRow(id=1, customer_code="C1", first_name="Anna", last_name="von Essen")
    now = replace(before, last_name="von Berg")
    erp = in_erp(before, is_whole=True)
    names = baseline.changed(record(now), known(before))
    merge = merging.merge(names, norce=record(now), erp=erp, known=known(before), own=())
    assert (merge.write, merge.both) == (frozenset({"LastName"}), frozenset())
    assert merging.merged(erp, told.party_of(now, COUNTRIES), names, known(before).values).name == "Anna von Berg"
