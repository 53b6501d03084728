"""Who is a person and who a company is the connection's rule to say, and nobody is lost by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpContact, ErpParty, ErpRelation, PartyKind
from customers.separation import companies, for_erp, kind_for, people
from hub.models import ErpConnection
from tests.customers.parties import company, company_record, person

SEPARATE, BY_NUMBER, WITH_CONTACTS = ErpConnection.PartyRule.values
RULES = [SEPARATE, BY_NUMBER, WITH_CONTACTS]
IDA = ErpContact(code="C1", first_name="Ida", last_name="Prov", title="Dr", email="ida@example.com", phone="08-1")
BO = ErpContact(code="C2", first_name="Bo", last_name="Prov", cell_phone="070-1", active=False)
FIRM = company(kind=PartyKind.ANY, organisation_no="559999-0000", contacts=(IDA, BO))


def test_an_erp_that_separates_is_believed() -> None:
    trader = person(organisation_no="19000101-0000")
    assert (people(trader, SEPARATE), companies(trader, SEPARATE)) == ([trader], [])
    assert (people(company(), SEPARATE), companies(company(), SEPARATE)) == ([], [company()])


def test_one_that_does_not_tell_after_all_is_judged_by_number() -> None:
    assert companies(FIRM, SEPARATE) == [replace(FIRM, kind=PartyKind.COMPANY)]


@pytest.mark.parametrize("number", [{"organisation_no": "1"}, {"vat_no": "SE1"}])
def test_who_has_a_number_is_a_company(number: dict[str, str]) -> None:
    party = person(kind=PartyKind.ANY, **number)
    assert [one.kind for one in companies(party, BY_NUMBER)] == [PartyKind.COMPANY]
    assert people(party, BY_NUMBER) == []


@pytest.mark.parametrize("number", ["", " ", "-"])
def test_who_has_none_is_a_person(number: str) -> None:
    party = person(kind=PartyKind.ANY, organisation_no=number)
    assert [one.kind for one in people(party, BY_NUMBER)] == [PartyKind.PERSON]
    assert companies(party, BY_NUMBER) == []


def test_by_number_alone_a_companys_contacts_are_nobody_in_norce() -> None:
    [firm] = companies(FIRM, BY_NUMBER)
    assert "Contacts" not in company_record(firm)


def test_a_companys_contacts_become_people_of_it() -> None:
    ida, bo = people(FIRM, WITH_CONTACTS)
    assert (ida.code, ida.name, ida.email, ida.active) == ("C1", "Ida Prov", "ida@example.com", True)
    assert (bo.code, bo.cell_phone, bo.active) == ("C2", "070-1", False)
    assert ida.companies == bo.companies == (ErpRelation(code="B1", primary=True),)


def test_the_company_names_its_contacts_by_those_codes() -> None:
    [firm] = companies(FIRM, WITH_CONTACTS)
    assert company_record(firm)["Contacts"] == [{"Code": "C1", "IsActive": True}, {"Code": "C2", "IsActive": False}]


def test_the_people_of_an_inactive_company_are_inactive() -> None:
    assert [one.active for one in people(replace(FIRM, active=False), WITH_CONTACTS)] == [False, False]


def test_a_record_with_contacts_is_a_company_without_a_number_too() -> None:
    party = person(kind=PartyKind.ANY, contacts=(IDA,))
    assert [one.code for one in people(party, WITH_CONTACTS)] == ["C1"]
    assert len(companies(party, WITH_CONTACTS)) == 1


def test_a_contact_that_is_listed_twice_becomes_one_person() -> None:
    assert len(people(replace(FIRM, contacts=(IDA, IDA)), WITH_CONTACTS)) == 1


@pytest.mark.parametrize(("rule", "asked"), [(SEPARATE, PartyKind.PERSON), (BY_NUMBER, PartyKind.ANY)])
def test_only_an_erp_that_separates_is_asked_for_a_kind(rule: str, asked: PartyKind) -> None:
    assert kind_for(rule, PartyKind.PERSON) is asked


def test_a_buyer_goes_as_it_is_to_an_erp_that_separates() -> None:
    assert for_erp(company(), IDA, SEPARATE) == company()


@pytest.mark.parametrize("rule", [BY_NUMBER, WITH_CONTACTS])
def test_a_buyer_goes_with_its_contact_to_an_erp_that_does_not(rule: str) -> None:
    found = for_erp(company(), IDA, rule)
    assert (found.kind, found.contacts) == (PartyKind.ANY, (IDA,))


@pytest.mark.parametrize("rule", [BY_NUMBER, WITH_CONTACTS])
def test_a_person_who_buys_has_no_contact(rule: str) -> None:
    assert for_erp(person(), IDA, rule) == person(kind=PartyKind.ANY)


CONTACTS = st.builds(
    ErpContact, code=st.sampled_from("PQRS"), first_name=st.sampled_from(("", "Ida")), active=st.booleans()
)
PARTIES = st.builds(
    ErpParty,
    kind=st.sampled_from(PartyKind),
    name=st.just("Exempel"),
    code=st.sampled_from(("A", "B")),
    organisation_no=st.sampled_from(("", "559999-0000")),
    vat_no=st.sampled_from(("", "SE559999000001")),
    active=st.booleans(),
    contacts=st.none() | st.lists(CONTACTS, max_size=3).map(tuple),
)


@given(PARTIES, st.sampled_from(RULES))
def test_nobody_is_lost_and_nobody_comes_twice(party: ErpParty, rule: str) -> None:
    contacts = {contact.code for contact in party.contacts or ()} if rule == WITH_CONTACTS else set()
    codes = [one.code for one in [*people(party, rule), *companies(party, rule)]]
    assert sorted(codes) == sorted({party.code, *contacts})


@given(PARTIES, st.sampled_from(RULES))
def test_everybody_is_a_person_or_a_company(party: ErpParty, rule: str) -> None:
    assert {one.kind for one in people(party, rule)} <= {PartyKind.PERSON}
    assert {one.kind for one in companies(party, rule)} <= {PartyKind.COMPANY}


@given(PARTIES, CONTACTS)
def test_separating_and_joining_gives_the_company_back(party: ErpParty, contact: ErpContact) -> None:
    firm = replace(party, kind=PartyKind.ANY, active=True, contacts=(contact,))
    [separated] = companies(firm, WITH_CONTACTS)
    assert for_erp(replace(separated, contacts=None), contact, WITH_CONTACTS) == firm
