"""Whoever is told apart by nothing, or seems to be somebody else now, is refused by name until a person has decided."""

from __future__ import annotations

import pytest

from connectors.sandbox.core import Sandbox
from customers import reading
from customers.models import CompanyBinding, CustomerBinding
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    change,
    company,
    delta,
    in_norce,
    norce,
    people,
    person,
    refused,
    remove,
    run,
    sent_codes,
    state_of,
)
from tests.faults import set_faults

pytestmark = pytest.mark.usefixtures("application")

SHARED = "{}: the ERP has it on another customer too, code {}. Merge them there, or correct one."


@pytest.fixture(params=[1000, 1], ids=["same page", "other pages"])
def pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The register comes in one page, or each record in its own."""
    monkeypatch.setattr(reading, "PAGE", request.param)


def emails(sandbox: Sandbox) -> dict[str, str]:
    """Return who has which address in Norce."""
    return {row["Code"]: row["EmailAddress"] for row in sandbox.state.customers}


def test_two_with_one_address_are_both_refused_by_name(sandbox: Sandbox, work: Work, pages: None) -> None:
    people(sandbox, 2)
    person(sandbox, "P8", email="one@example.com")
    person(sandbox, "P9", email=" One@Example.com")
    item = run(work)
    assert state_of(item) == (State.DONE, 4, 2, 0, 0, 2)
    assert refused(item) == {"P8": SHARED.format("EmailAddress", "P9"), "P9": SHARED.format("EmailAddress", "P8")}
    assert sent_codes(sandbox) == ["P001", "P002"]


def test_two_companies_with_one_number_are_both_refused_by_name(sandbox: Sandbox, work: Work, pages: None) -> None:
    company(sandbox, "B1")
    company(sandbox, "B8", organisation_no="990000-0077")
    company(sandbox, "B9", organisation_no="9900000077")
    item = run(work, "companies")
    assert refused(item) == {"B8": SHARED.format("OrganizationNo", "B9"), "B9": SHARED.format("OrganizationNo", "B8")}
    assert [row["Code"] for row in sandbox.state.companies] == ["B1"]


def test_a_new_code_with_a_bound_ones_address_is_refused(sandbox: Sandbox, work: Work, pages: None) -> None:
    people(sandbox, 2)
    run(work)
    person(sandbox, "P9", email="p001@example.com")
    item = delta(work)
    assert list(refused(item)) == ["P9"]
    assert "EmailAddress: it belongs to ERP code P001." in refused(item)["P9"]
    assert sent_codes(sandbox) == ["P001", "P002"]


def test_a_bound_number_is_refused_to_another_company(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1")
    run(work, "companies")
    company(sandbox, "B9", organisation_no="9900000001")
    assert "OrganizationNo: it belongs to ERP code B1." in refused(delta(work, "companies"))["B9"]


def test_once_they_are_told_apart_in_the_erp_both_go_through(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P8", email="one@example.com")
    person(sandbox, "P9", email="one@example.com")
    run(work)
    change(sandbox, "P9", email="two@example.com")
    assert state_of(run(work)) == (State.DONE, 2, 2, 0, 0, 0)
    assert emails(sandbox) == {"P8": "one@example.com", "P9": "two@example.com"}


def test_a_new_address_under_the_same_name_is_a_change(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    change(sandbox, "P001", email="new@example.com")
    assert state_of(delta(work)) == (State.DONE, 1, 0, 1, 0, 0)
    assert (emails(sandbox), binding("P001").email) == ({"P001": "new@example.com"}, "new@example.com")


def test_a_new_name_under_the_same_address_is_a_change(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    change(sandbox, "P001", first_name="Ny", last_name="Ny")
    assert (delta(work).state, norce(sandbox, "P001")["LastName"]) == (State.DONE, "Ny")


def test_a_code_that_moves_to_somebody_else_is_refused(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    run(work)
    change(sandbox, "P001", email="else@example.com", first_name="Nils", last_name="Ny", phone="1")
    change(sandbox, "P002", phone="2")
    item = delta(work)
    assert refused(item)["P001"].startswith(
        "Code: it belonged to p001@example.com and the ERP gives it to else@example.com, under another name; "
    )
    assert (emails(sandbox)["P001"], norce(sandbox, "P002")["PhoneNumber"]) == ("p001@example.com", "2")


def test_a_moved_code_goes_through_when_the_binding_is_corrected(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    change(sandbox, "P001", email="else@example.com", first_name="Nils", last_name="Ny")
    assert list(refused(run(work))) == ["P001"]
    CustomerBinding.objects.update(email="else@example.com")
    assert state_of(run(work)) == (State.DONE, 1, 0, 1, 0, 0)
    assert (emails(sandbox), norce(sandbox, "P001")["LastName"]) == ({"P001": "else@example.com"}, "Ny")


def test_a_company_code_that_moves_is_refused(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1")
    run(work, "companies")
    change(sandbox, "B1", name="Annat AB", organisation_no="990000-0099")
    assert "Code: it belonged to 9900000001" in refused(delta(work, "companies"))["B1"]
    assert CompanyBinding.objects.get().organisation_no == "9900000001"


def test_two_codes_that_swap_addresses_are_refused_until_the_bindings_are_corrected(
    sandbox: Sandbox, work: Work
) -> None:
    people(sandbox, 2)
    run(work)
    change(sandbox, "P001", email="p002@example.com")
    change(sandbox, "P002", email="p001@example.com")
    assert set(refused(run(work))) == {"P001", "P002"}
    assert emails(sandbox) == {"P001": "p001@example.com", "P002": "p002@example.com"}
    CustomerBinding.objects.update(email="")
    assert (run(work).state, emails(sandbox)["P001"]) == (State.DONE, "p002@example.com")
    assert (binding("P001").email, binding("P002").email) == ("p002@example.com", "p001@example.com")


def test_an_address_that_one_gives_up_and_another_takes_is_refused_to_the_second(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    change(sandbox, "P001", email="new@example.com")
    person(sandbox, "P9", email="p001@example.com")
    item = delta(work)
    assert list(refused(item)) == ["P9"]
    assert (item.state, emails(sandbox)) == (State.DONE, {"P001": "new@example.com"})
    assert state_of(run(work)) == (State.DONE, 2, 1, 0, 1, 0)
    assert emails(sandbox) == {"P001": "new@example.com", "P9": "p001@example.com"}


def recoded(sandbox: Sandbox, work: Work) -> None:
    """Let P001 be P9 in the ERP from now on, and on the binding's page."""
    remove(sandbox, "P001")
    person(sandbox, "P9", email="p001@example.com")
    assert list(refused(delta(work))) == ["P9"]
    CustomerBinding.objects.update(erp_code="P9")


def test_somebody_with_a_new_code_is_never_made_twice(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    recoded(sandbox, work)
    # As if the id could not be learned.
    CustomerBinding.objects.update(norce_id=None)
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [404]}})
    assert "Code: Norce has this customer (id 50001) under code P001." in refused(run(work))["P9"]
    CustomerBinding.objects.update(report="due")
    run(work, "code_reports", "delta")
    assert (run(work).state, binding("P9").norce_id) == (State.DONE, 50001)
    assert [(row["Code"], row["LastName"]) for row in sandbox.state.customers] == [("P9", "P9")]


def test_a_new_code_of_somebody_whose_norce_id_is_known_goes_by_it(sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox, "p001@example.com")
    people(sandbox, 1)
    run(work)
    recoded(sandbox, work)
    assert state_of(run(work)) == (State.DONE, 1, 0, 1, 0, 0)
    assert [(row["Code"], row["LastName"]) for row in sandbox.state.customers] == [("P9", "P9")]


def test_a_refused_customer_is_not_missing(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    change(sandbox, "P001", email="else@example.com", first_name="Nils", last_name="Ny")
    assert (run(work).count_deactivated, norce(sandbox, "P001")["IsActive"]) == (0, True)


def test_whom_the_erp_lists_under_a_new_code_is_not_ended(sandbox: Sandbox, work: Work, pages: None) -> None:
    people(sandbox, 20)
    run(work)
    remove(sandbox, "P001", "P002")
    person(sandbox, "P9", email="p001@example.com")
    item = run(work)
    assert (item.state, item.count_deactivated, set(refused(item))) == (State.DONE, 1, {"P001", "P9"})
    assert "has its EmailAddress under code P9" in refused(item)["P001"]
    assert (norce(sandbox, "P001")["IsActive"], norce(sandbox, "P002")["IsActive"]) == (True, False)


def test_who_left_an_address_to_somebody_else_is_ended_once_that_is_said(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    remove(sandbox, "P001")
    person(sandbox, "P9", email="p001@example.com")
    run(work)
    CustomerBinding.objects.update(email="")
    item = run(work)
    assert (item.count_deactivated, norce(sandbox, "P001")["IsActive"]) == (1, False)
