"""The fail-safe over codes: every customer of the ERP whose code Norce lacks gets it, and nobody is made or changed."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from customers import reading
from customers.models import CustomerBinding
from hub.models import SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    calls,
    change,
    company,
    company_binding,
    company_in_norce,
    delta,
    header,
    in_norce,
    killed,
    norce,
    people,
    person,
    run,
    sent,
    start,
    swept,
)

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def known(sandbox: Sandbox) -> list[int]:
    """The ERP has P001 to P005; Norce has the first four without a code, by other names."""
    return [in_norce(sandbox, f"{code.lower()}@example.com", FirstName="Egen") for code in people(sandbox, 5)[:4]]


def fail_safe(work: Work, **options: Any) -> SyncRun:
    return run(work, "code_reports", **options)


def codes(sandbox: Sandbox) -> dict[int, str]:
    return {row["Id"]: row["Code"] for row in sandbox.state.customers}


def test_everybody_whom_norce_has_gets_the_code(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    assert fail_safe(work).state == State.DONE
    assert codes(sandbox) == dict(zip(known, ["P001", "P002", "P003", "P004"], strict=True))


def test_nothing_but_id_and_code_is_sent_and_no_relation_ended(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    fail_safe(work)
    assert [sorted(record) for record in sent(sandbox)] == [["Code", "Id", "IsCompanyListDelta"]] * 4
    assert header(sandbox) == ["Id", "Code"]
    assert {row["FirstName"] for row in sandbox.state.customers} == {"Egen"}


def test_who_is_not_in_norce_is_not_made_there(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    item = fail_safe(work)
    assert (len(codes(sandbox)), item.count_accepted, item.count_skipped) == (4, 4, 1)
    assert (binding("P005").report, binding("P005").report_error) == ("unknown", "Norce does not have this customer.")


def test_who_comes_to_norce_later_gets_the_code_then(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    fail_safe(work)
    late = in_norce(sandbox, "p005@example.com")
    fail_safe(work)
    assert (codes(sandbox)[late], len(sent(sandbox)), binding("P005").report) == ("P005", 5, "accepted")


def test_a_second_fail_safe_sends_nothing(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    fail_safe(work)
    assert (fail_safe(work).state, len(calls())) == (State.DONE, 1)


def test_who_is_inactive_in_the_erp_gets_no_code(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    change(sandbox, "P002", active=False)
    fail_safe(work)
    assert codes(sandbox)[known[1]] is None


def test_companies_get_theirs_in_the_same_run(sandbox: Sandbox, work: Work) -> None:
    number = company_in_norce(sandbox, "9900000001")
    company(sandbox, "B1")
    company(sandbox, "B2")
    assert fail_safe(work).state == State.DONE
    assert [(row["Id"], row["Code"]) for row in sandbox.state.companies] == [(number, "B1")]
    assert sorted(sent(sandbox)[0]) == ["ApplicationKey", "Code", "Id", "IsCustomerListDelta"]
    assert (company_binding("B1").report, company_binding("B2").report) == ("accepted", "unknown")


def test_two_of_the_erp_with_one_address_leave_norce_to_the_first(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "same@example.com")
    person(sandbox, "P1", email="same@example.com")
    person(sandbox, "P2", email="same@example.com")
    fail_safe(work)
    assert codes(sandbox) == {number: "P1"}
    assert not CustomerBinding.objects.filter(erp_code="P2").exists()


def test_a_preview_of_the_fail_safe_sends_and_binds_nothing(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    assert fail_safe(work, dry_run=True).state == State.DONE
    assert (calls(), CustomerBinding.objects.count()) == ([], 0)


def test_a_run_over_customers_comes_after_it_without_a_double(sandbox: Sandbox, work: Work, known: list[int]) -> None:
    fail_safe(work)
    assert run(work).state == State.DONE
    assert (norce(sandbox, "P001")["FirstName"], norce(sandbox, "P001")["Id"]) == ("Maja", known[0])
    assert len(codes(sandbox)) == 5


def test_who_was_carried_over_needs_no_report(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    delta(work)
    assert (fail_safe(work).count_sent, len(calls())) == (0, 1)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_killed_fail_safe_goes_on(
    sandbox: Sandbox, work: Work, known: list[int], monkeypatch: pytest.MonkeyPatch, page: int, after: bool
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    killed(monkeypatch, reading, "_page", on_call=page, after=after)
    item = start("code_reports")
    with pytest.raises(KeyboardInterrupt):
        work()
    assert (swept(work, item).state, item.count_accepted, len(calls())) == (State.DONE, 4, 1)
    assert list(codes(sandbox).values()) == ["P001", "P002", "P003", "P004"]
