"""One register of people and companies, or two: either way Norce gets people, companies and who belongs where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer
from connectors.sandbox.options import SandboxOptions
from hub import gateways
from hub.models import ErpConnection
from hub.models.work import State
from tests.conftest import SYSTEMS
from tests.customers.registers import (
    Work,
    binding,
    change,
    company,
    delta,
    norce,
    norce_company,
    person,
    related,
    remove,
    run,
    sent,
    state_of,
)

pytestmark = pytest.mark.usefixtures("application")

MAJA = {"code": "K1", "first_name": "Maja", "last_name": "Prov", "email": "maja@example.com", "phone": "08-1"}
NILS = {"code": "K2", "first_name": "Nils", "last_name": "Prov", "email": "nils@example.com"}


@pytest.fixture
def mixed() -> Iterator[Sandbox]:
    """An ERP that does not tell people from companies, and Norce."""
    other_end = Sandbox(SandboxOptions(rate_limit=0, job_seconds=0, separate_parties=False))
    gateways.forget_sessions()
    for system in SYSTEMS:
        gateways.session(system).mount("http://sandbox.test", SandboxAdapter(other_end, sleep=lambda seconds: None))
    yield other_end
    gateways.forget_sessions()


def record(sandbox: Sandbox, code: str, **members: Any) -> None:
    """Let the ERP have a customer of no kind."""
    add_customer(sandbox.state, code, {"kind": "any", "name": f"Namn {code}"} | members)


@pytest.fixture
def register(mixed: Sandbox) -> Sandbox:
    """Two companies, one of which has contacts, and a person."""
    record(mixed, "C1", organisation_no="990000-0001", contacts=[MAJA, NILS])
    record(mixed, "C2", vat_no="SE990000000201", organisation_no="990000-0002")
    record(mixed, "C3", name="Ida Prov", email="ida@example.com")
    return mixed


def codes(sandbox: Sandbox) -> tuple[list[str], list[str]]:
    """Return the codes of Norce's people and of its companies."""
    state = sandbox.state
    return sorted(row["Code"] for row in state.customers), sorted(row["Code"] for row in state.companies)


def both(work: Work, mode: str = "full") -> None:
    """Run over companies, then people, as the schedules do."""
    for resource in ("companies", "customers"):
        assert run(work, resource, mode).state == State.DONE


def rule(name: str) -> None:
    ErpConnection.objects.update(party_rule=name)


def test_by_number_a_record_with_a_number_is_a_company(register: Sandbox, work: Work) -> None:
    rule("by_number")
    both(work)
    assert (codes(register), related(register)) == ((["C3"], ["C1", "C2"]), set())
    assert (norce(register, "C3")["FirstName"], norce(register, "C3")["LastName"]) == ("Ida", "Prov")


def test_with_contacts_one_record_is_a_company_and_its_people(register: Sandbox, work: Work) -> None:
    rule("with_contacts")
    both(work)
    assert codes(register) == (["C3", "K1", "K2"], ["C1", "C2"])
    assert related(register) == {("K1", "C1"), ("K2", "C1")}
    maja = norce(register, "K1")
    assert (maja["EmailAddress"], maja["PhoneNumber"]) == ("maja@example.com", "08-1")


def test_with_contacts_a_second_pass_sends_nothing(register: Sandbox, work: Work) -> None:
    rule("with_contacts")
    both(work)
    # The company's contacts are in Norce only now, so it is the people who name the relation.
    before = len(sent(register))
    both(work)
    assert len(sent(register)) == before


def test_a_company_without_a_number_is_one_by_its_contacts(mixed: Sandbox, work: Work) -> None:
    rule("with_contacts")
    record(mixed, "C1", contacts=[MAJA])
    assert state_of(run(work)) == (State.DONE, 1, 1, 0, 0, 0)
    assert codes(mixed) == (["K1"], [])


def test_a_change_of_a_contact_is_a_change_of_the_person_only(register: Sandbox, work: Work) -> None:
    rule("with_contacts")
    both(work)
    change(register, "C1", contacts=[{**MAJA, "phone": "08-2"}, NILS])
    before = len(sent(register))
    both(work, "delta")
    assert [row["Code"] for row in sent(register)[before:]] == ["K1"]


def test_a_contact_that_is_gone_is_deactivated_by_a_full_run(register: Sandbox, work: Work) -> None:
    rule("with_contacts")
    both(work)
    ErpConnection.objects.update(brake_short_percent=10)
    change(register, "C1", contacts=[MAJA])
    both(work)
    assert (norce(register, "K2")["IsActive"], binding("K2").is_active) == (False, False)
    assert related(register) == {("K1", "C1")}


def test_an_inactive_company_has_inactive_people(register: Sandbox, work: Work) -> None:
    rule("with_contacts")
    both(work)
    change(register, "C1", active=False)
    both(work, "delta")
    active = [norce(register, "K1")["IsActive"], norce_company(register, "C1")["IsActive"]]
    assert (active, norce(register, "C3")["IsActive"]) == ([False, False], True)


def test_a_person_that_gets_a_number_becomes_a_company_and_is_deactivated_as_a_person(
    register: Sandbox, work: Work
) -> None:
    rule("by_number")
    ErpConnection.objects.update(brake_short_percent=0)
    both(work)
    change(register, "C3", organisation_no="990000-0003")
    both(work)
    assert (norce(register, "C3")["IsActive"], norce_company(register, "C3")["IsActive"]) == (False, True)


def test_an_erp_that_separates_is_asked_for_each_kind(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1")
    person(sandbox, "P1", companies=[{"code": "B1", "primary": True}])
    person(sandbox, "P2", organisation_no="990000-0009")
    both(work)
    assert (codes(sandbox), related(sandbox)) == ((["P1", "P2"], ["B1"]), {("P1", "B1")})
    remove(sandbox, "P2")
    assert delta(work).state == State.DONE
