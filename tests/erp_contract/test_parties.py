"""Customers of any ERP: found, made, changed, listed without loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from connectors.erp.base import ErpParty, PartyKind
from connectors.errors import ConfigError, PermanentError, TransientError
from tests.erp_contract.workbench import Workbench, unique

COMPANY = {"kind": PartyKind.COMPANY, "name": "Exempelbolaget AB", "first_name": "", "last_name": ""}


def listed(bench: Workbench, since: datetime | None = None, limit: int = 1000) -> list[ErpParty]:
    """Read the register to its end."""
    found, after = [], ""
    while True:
        page = bench.erp().list_parties(PartyKind.ANY, since=since, after=after, limit=limit)
        found += page.parties
        if not page.next:
            return found
        after = page.next


def codes(parties: list[ErpParty]) -> list[str]:
    """Return the codes of customers."""
    return [party.code for party in parties]


def just_now() -> datetime:
    """Return the watermark of a run that overlaps with the last one, as all of the hub's do."""
    return timezone.now() - timedelta(minutes=15)


def test_it_says_who_is_there(bench: Workbench) -> None:
    assert bench.erp().ping()


def test_a_new_customer_is_found_by_code_and_by_email_in_any_case(bench: Workbench) -> None:
    party = bench.party()
    code = bench.erp().create_party(party)
    assert [one.code for one in bench.erp().find_parties(PartyKind.PERSON, code=code)] == [code]
    assert [one.code for one in bench.erp().find_parties(PartyKind.PERSON, email=party.email.upper())] == [code]


def test_what_it_answers_is_what_was_written(bench: Workbench) -> None:
    party = bench.party()
    code = bench.erp().create_party(party)
    [found] = bench.erp().find_parties(PartyKind.PERSON, code=code)
    assert (found.kind, found.code, found.active) == (bench.kind, code, True)
    assert (found.name, found.email, found.phone) == (party.name, party.email, party.phone)
    wanted = party.address
    has = found.address
    assert (has.line1, has.postal_code, has.city, has.country) == (
        wanted.line1,
        wanted.postal_code,
        wanted.city,
        wanted.country,
    )


@pytest.mark.parametrize("member", ["organisation_no", "vat_no"])
def test_a_company_is_found_by_its_numbers_however_they_are_written(bench: Workbench, member: str) -> None:
    number = f"99990{unique():05}" if member == "organisation_no" else f"SE99990{unique():05}01"
    code = bench.erp().create_party(bench.party(**COMPANY, **{member: f"{number[:-4]}-{number[-4:]}"}))
    found = bench.erp().find_parties(PartyKind.COMPANY, **{member: number})
    assert [one.code for one in found] == [code]


def test_nobody_is_found_by_what_nobody_has(bench: Workbench, customer: str) -> None:
    assert bench.erp().find_parties(PartyKind.PERSON, email=f"nobody.{unique()}@example.com") == []
    assert bench.erp().find_parties(PartyKind.PERSON, code=f"{customer}-X") == []


def test_a_sign_that_means_any_letter_to_the_erp_means_itself(bench: Workbench) -> None:
    number = unique()
    bench.erp().create_party(bench.party(email=f"majaXprov.{number}@example.com"))
    assert bench.erp().find_parties(PartyKind.PERSON, email=f"maja_prov.{number}@example.com") == []
    assert bench.erp().find_parties(PartyKind.PERSON, email=f"%.{number}@example.com") == []


def test_both_of_two_alike_are_found(bench: Workbench) -> None:
    party = bench.party()
    both = {bench.erp().create_party(party) for _ in range(2)}
    assert {one.code for one in bench.erp().find_parties(PartyKind.PERSON, email=party.email)} == both
    assert len(both) == 2


def test_an_inactive_customer_is_not_found_but_listed_as_one(bench: Workbench, customer: str) -> None:
    since = bench.watermark()
    assert customer not in codes(listed(bench, since))
    bench.retire_customer(customer)
    assert bench.erp().find_parties(PartyKind.PERSON, code=customer) == []
    [one] = [party for party in listed(bench, since) if party.code == customer]
    assert not one.active


def test_only_the_named_attributes_are_changed_and_twice_is_once(bench: Workbench, customer: str) -> None:
    [before] = bench.erp().find_parties(PartyKind.PERSON, code=customer)
    changed = replace(before, email=f"new.{unique()}@example.com", phone="+46701740699", name="Not told")
    for _ in range(2):
        bench.erp().update_party(customer, changed, frozenset({"email", "phone"}))
    [after] = bench.erp().find_parties(PartyKind.PERSON, code=customer)
    assert (after.email, after.phone, after.name) == (changed.email, changed.phone, before.name)
    assert after.address == before.address


def test_an_address_is_written_whole(bench: Workbench, customer: str) -> None:
    [before] = bench.erp().find_parties(PartyKind.PERSON, code=customer)
    changed = replace(before, address=replace(before.address, line1="Nygatan 3", postal_code="111 22", city="Solna"))
    bench.erp().update_party(customer, changed, frozenset({"address"}))
    [after] = bench.erp().find_parties(PartyKind.PERSON, code=customer)
    assert (after.address.line1, after.address.postal_code, after.address.city) == ("Nygatan 3", "111 22", "Solna")


def test_an_empty_attribute_is_cleared(bench: Workbench, customer: str) -> None:
    [before] = bench.erp().find_parties(PartyKind.PERSON, code=customer)
    bench.erp().update_party(customer, replace(before, phone=""), frozenset({"phone"}))
    [after] = bench.erp().find_parties(PartyKind.PERSON, code=customer)
    assert (after.phone, after.email) == ("", before.email)


def test_changing_nobody_is_refused(bench: Workbench) -> None:
    with pytest.raises(PermanentError):
        bench.erp().update_party("NOBODY-7", bench.party(), frozenset({"email"}))


def test_an_answer_that_was_lost_is_said_to_be_unknown_and_the_customer_is_there(bench: Workbench) -> None:
    party = bench.party()
    for _ in range(2):
        # The first one may ask more: what seldom changes is asked once.
        bench.wire.plan("")
        bench.erp().create_party(bench.party())
        calls = bench.wire.calm()
    bench.wire.plan("lose", calls)
    with pytest.raises(TransientError) as caught:
        bench.erp().create_party(party)
    bench.wire.calm()
    assert caught.value.outcome_unknown
    assert len(bench.erp().find_parties(PartyKind.PERSON, email=party.email)) == 1


def test_a_read_that_failed_leaves_nothing_unknown(bench: Workbench) -> None:
    bench.erp().ping()
    bench.wire.plan("lose")
    with pytest.raises(TransientError) as caught:
        bench.erp().find_parties(PartyKind.PERSON, email="maja@example.com")
    assert not caught.value.outcome_unknown


def test_an_erp_that_is_away_is_worth_another_try(bench: Workbench) -> None:
    bench.erp().ping()
    bench.wire.plan("away")
    with pytest.raises(TransientError) as caught:
        bench.erp().create_party(bench.party())
    assert not caught.value.outcome_unknown


def test_a_wrong_password_is_a_matter_of_the_setup(bench: Workbench) -> None:
    with pytest.raises(ConfigError):
        bench.refuse_login().ping()


def test_a_delta_has_who_is_new_and_who_has_changed(bench: Workbench, customer: str) -> None:
    since = bench.watermark()
    assert customer not in codes(listed(bench, since))
    bench.rename_customer(customer, "Maja Nytt")
    new = bench.erp().create_party(bench.party())
    found = {party.code: party.name for party in listed(bench, since)}
    assert found[customer] == "Maja Nytt"
    assert new in found


def test_a_delta_has_who_has_only_moved(bench: Workbench, customer: str) -> None:
    since = bench.watermark()
    assert customer not in codes(listed(bench, since))
    bench.move_customer(customer, "Solna")
    [one] = [party for party in listed(bench, since) if party.code == customer]
    assert one.address.city == "Solna"


def test_a_delta_has_who_has_only_another_email(bench: Workbench, customer: str) -> None:
    since = bench.watermark()
    assert customer not in codes(listed(bench, since))
    email = f"moved.{unique()}@example.com"
    bench.change_email(customer, email)
    [one] = [party for party in listed(bench, since) if party.code == customer]
    assert one.email == email


def test_a_delta_of_later_is_empty(bench: Workbench, customer: str) -> None:
    assert listed(bench, timezone.now() + timedelta(hours=1)) == []


def test_no_page_loses_or_doubles_anybody_while_they_change(bench: Workbench) -> None:
    made = [bench.erp().create_party(bench.party()) for _ in range(7)]
    seen, after = [], ""
    for turn in range(1000):
        page = bench.erp().list_parties(PartyKind.ANY, since=just_now(), after=after, limit=2)
        assert len(page.parties) <= 2
        seen += [party.code for party in page.parties]
        # The first and the last one change all the time: neither may push another over a page's edge.
        bench.rename_customer(made[0], f"Maja {turn}")
        bench.move_customer(made[-1], f"Ort {turn}")
        if not page.next:
            break
        after = page.next
    assert sorted(code for code in seen if code in made) == sorted(made)


def test_no_record_of_a_call_has_the_password_or_the_buyer(bench: Workbench) -> None:
    party = bench.party()
    code = bench.erp().create_party(party)
    bench.erp().find_parties(PartyKind.PERSON, code=code)
    kept = "".join(f"{one.url} {one.request} {one.response} {one.error}" for one in bench.records)
    private = [party.email, party.phone, party.name, party.address.line1, party.address.city]
    assert [value for value in private if value in kept] == []
    assert bench.password not in kept
