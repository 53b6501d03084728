"""Customers that Norce has already: matched by Id, never made twice, and refused when it cannot be told who is who."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.norce import query_rows
from connectors.sandbox.core import Sandbox
from customers import matching
from customers.models import CustomerBinding
from hub.models import SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    company,
    company_binding,
    company_in_norce,
    in_norce,
    norce,
    norce_company,
    people,
    person,
    refused,
    run,
    sent,
    sent_codes,
    state_of,
)
from tests.faults import operations, set_faults

pytestmark = pytest.mark.usefixtures("application")

REGISTER = "Customers/Customers"


@pytest.fixture(params=["asked", "read", "read in pages"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Norce is asked for each new row, or its whole register is read, in one page or one customer at a time."""
    if request.param != "asked":
        monkeypatch.setattr(matching, "FEW", 0)
    if request.param == "read in pages":
        monkeypatch.setattr(query_rows, "LARGEST_PAGE", 1)
    return str(request.param)


def everybody(sandbox: Sandbox) -> list[tuple[int, str, str]]:
    """Return Id, code and address of everybody in Norce."""
    return [(row["Id"], row["Code"], row["EmailAddress"].lower()) for row in sandbox.state.customers]


def test_who_has_bought_before_is_matched_by_id(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "P001@Example.com")
    people(sandbox, 2)
    assert state_of(run(work)) == (State.DONE, 2, 2, 0, 0, 0)
    assert everybody(sandbox) == [(number, "P001", "p001@example.com"), (number + 1, "P002", "p002@example.com")]
    assert (binding("P001").norce_id, [row.get("Id") for row in sent(sandbox)]) == (number, [None, number])


def test_who_has_the_code_already_is_matched(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "old@example.com", "P001", FirstName="Maja", LastName="P001")
    people(sandbox, 1)
    assert state_of(run(work)) == (State.DONE, 1, 1, 0, 0, 0)
    assert everybody(sandbox) == [(number, "P001", "p001@example.com")]


def test_who_has_another_code_is_refused(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "p001@example.com", "X77")
    people(sandbox, 2)
    item = run(work)
    assert refused(item) == {
        "P001": f"Code: Norce has this customer (id {number}) under code X77. {matching.MEND}",
    }
    assert everybody(sandbox)[0] == (number, "X77", "p001@example.com")
    assert sent_codes(sandbox) == ["P002"]


def test_whose_code_norce_has_on_somebody_else_is_refused(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "else@example.com", "P001", FirstName="Nils", LastName="Annan")
    people(sandbox, 1)
    assert f"Code: Norce has it on another customer (id {number})" in refused(run(work))["P001"]
    assert everybody(sandbox) == [(number, "P001", "else@example.com")]


@pytest.mark.parametrize("codes", [(None, None), ("P001", None), (None, "P001")])
def test_two_in_norce_with_one_address_are_refused(
    sandbox: Sandbox, work: Work, codes: tuple[str | None, str | None]
) -> None:
    for code in codes:
        in_norce(sandbox, "p001@example.com", code)
    people(sandbox, 2)
    text = refused(run(work))["P001"]
    assert text.startswith("EmailAddress or Code: Norce has several customer records with it, ids 50001, 50002.")
    assert sent_codes(sandbox) == ["P002"]


@pytest.mark.parametrize("codes", [("X1", None), (None, "X1"), ("X1", "P001"), ("P001", "X1")])
def test_two_in_norce_of_which_one_has_another_code_are_refused(
    sandbox: Sandbox, work: Work, codes: tuple[str | None, str | None]
) -> None:
    for code in codes:
        in_norce(sandbox, "p001@example.com", code)
    people(sandbox, 2)
    assert list(refused(run(work))) == ["P001"]
    assert [row["Code"] for row in sandbox.state.customers] == [*codes, "P002"]


def test_a_customer_bound_to_another_code_here_is_refused(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "p001@example.com")
    CustomerBinding.objects.create(erp_connection="default", erp_code="X5", norce_id=number)
    people(sandbox, 1)
    assert f"Id: Norce's customer {number} is bound to ERP code X5." in refused(run(work))["P001"]


def test_whom_norce_has_forgotten_is_left_alone(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "p001@example.com", IsForgotten=True)
    people(sandbox, 1)
    assert "forgotten" in refused(run(work))["P001"]
    assert everybody(sandbox) == [(number, None, "p001@example.com")]


def test_a_company_is_matched_however_its_number_is_written(sandbox: Sandbox, work: Work) -> None:
    first = company_in_norce(sandbox, "990000-0001")
    second = company_in_norce(sandbox, "9900000002")
    company(sandbox, "B1", organisation_no="9900000001")
    company(sandbox, "B2", organisation_no="990000-0002")
    assert run(work, "companies").state == State.DONE
    assert (norce_company(sandbox, "B1")["Id"], norce_company(sandbox, "B2")["Id"]) == (first, second)
    assert (len(list(sandbox.state.companies)), company_binding("B1").norce_id) == (2, first)


def test_companies_are_imported_where_query_does_not_know_their_set(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1")
    set_faults(sandbox, norce={"fail_next": {"Customers/Companies": [404] * 9}})
    assert state_of(run(work, "companies")) == (State.DONE, 1, 1, 0, 0, 0)
    assert norce_company(sandbox, "B1")["OrganizationNo"] == "990000-0001"


def test_a_second_run_asks_for_nobody(sandbox: Sandbox, work: Work, way: str) -> None:
    people(sandbox, 2)
    run(work)
    # The second learns the ids of those whom the first has made.
    run(work)
    before = operations("norce").count(REGISTER)
    run(work)
    # One question is left: whom Norce has forgotten.
    assert operations("norce").count(REGISTER) - before == 1


def test_it_goes_on_in_the_register_after_a_fault(sandbox: Sandbox, work: Work, way: str) -> None:
    numbers = [in_norce(sandbox, f"{code.lower()}@example.com") for code in people(sandbox, 3)]
    set_faults(sandbox, norce={"fail_next": {REGISTER: [500]}})
    item: Any = run(work)
    while item.state == State.PENDING:
        SyncRun.objects.update(not_before=item.created_at)
        work()
        item.refresh_from_db()
    assert [norce(sandbox, code)["Id"] for code in ("P001", "P002", "P003")] == numbers


def test_two_of_the_erp_are_never_the_same_in_norce(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "p1@example.com", "P2", FirstName="Maja", LastName="P2")
    person(sandbox, "P1")
    person(sandbox, "P2")
    assert "P1" in refused(run(work))
    assert (norce(sandbox, "P2")["Id"], len(everybody(sandbox))) == (number, 1)
