"""Customers by application, and two ERPs side by side: nobody is taken for somebody of another scope."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.options import SandboxOptions
from customers.models import CustomerBinding
from hub import gateways, runs
from hub.models import Application, ErpConnection, SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    change,
    in_norce,
    norce,
    people,
    person,
    refused,
    remove,
    run,
    sent,
    state_of,
)
from tests.faults import set_faults

FIRST = "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"
SECOND = "3c9a5be2-0f17-4d6b-b0c8-91e4a6d7f203"
Settings = Any


@pytest.fixture
def other(application: Application, sandbox: Sandbox, settings: Settings) -> Sandbox:
    """The ERP of a second application."""
    connection, _ = ErpConnection.objects.get_or_create(name="second")
    Application.objects.create(key=SECOND, number=1902, name="Exempel Företag", erp_connection=connection)
    settings.ERP_URLS = settings.ERP_URLS | {"second": settings.ERP_URLS["default"]}
    other_end = Sandbox(SandboxOptions())
    adapter = SandboxAdapter(other_end, sleep=lambda seconds: None)
    gateways.session("erp:second").mount("http://sandbox.test", adapter)
    return other_end


@pytest.fixture
def by_application(settings: Settings) -> None:
    """A person may be another customer in each application."""
    settings.NORCE_CUSTOMERS_BY_APPLICATION = True


def run_all(work: Work, mode: str = "full") -> list[SyncRun]:
    """Run for every application, one after the other as the workers do."""
    started = runs.start_all(resource="customers", by="test", mode=mode)
    work()
    for item in started:
        item.refresh_from_db()
    return started


def bound() -> set[tuple[str, str, str]]:
    """Return application, ERP and code of every binding."""
    return set(CustomerBinding.objects.values_list("application_key", "erp_connection", "erp_code"))


def inactive(sandbox: Sandbox) -> set[str]:
    return {record["Code"] for record in sandbox.state.customers if not record["IsActive"]}


def test_one_person_may_have_a_code_in_each_application(
    sandbox: Sandbox, other: Sandbox, work: Work, by_application: None
) -> None:
    person(sandbox, "P1", email="maja@example.com")
    person(other, "Q1", email="maja@example.com")
    first, second = run_all(work)
    assert [item.application_key for item in (first, second)] == [FIRST, SECOND]
    assert [item.state for item in (first, second)] == [State.DONE, State.DONE]
    assert bound() == {(FIRST, "default", "P1"), (SECOND, "second", "Q1")}
    assert [(row["ApplicationKey"], row["Code"]) for row in sent(sandbox)] == [(FIRST, "P1"), (SECOND, "Q1")]


def test_a_run_of_one_application_keeps_no_other_out(
    sandbox: Sandbox, other: Sandbox, work: Work, by_application: None
) -> None:
    person(sandbox, "P1")
    set_faults(sandbox, norce={"jobs": "hang"})
    run(work, application_key=FIRST)
    assert runs.start(resource="customers", by="test", application_key=FIRST) is None
    assert runs.start(resource="customers", by="test", application_key=SECOND) is not None


def test_by_application_norces_customer_of_another_application_is_nobody(
    sandbox: Sandbox, other: Sandbox, work: Work, by_application: None
) -> None:
    own = in_norce(sandbox, "own@example.com", ApplicationKey=SECOND)
    foreign = in_norce(sandbox, "maja@example.com", ApplicationKey=FIRST)
    person(other, "Q1", email="own@example.com")
    person(other, "Q2", email="maja@example.com")
    run(work, application_key=SECOND)
    assert (norce(sandbox, "Q1")["Id"], norce(sandbox, "Q2")["Id"] != foreign) == (own, True)
    assert sandbox.state.customers.get(foreign)["Code"] is None


def test_by_application_who_is_missing_in_one_stays_in_the_other(
    sandbox: Sandbox, other: Sandbox, work: Work, by_application: None
) -> None:
    people(sandbox, 6)
    for number in range(1, 7):
        person(other, f"Q{number}")
    run_all(work)
    remove(other, "Q3")
    run_all(work)
    assert inactive(sandbox) == {"Q3"}


def test_one_run_reads_all_erps_when_customers_are_shared(sandbox: Sandbox, other: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    person(other, "Q1")
    item = run(work)
    assert state_of(item) == (State.DONE, 4, 4, 0, 0, 0)
    assert (item.reads, item.expected) == ({"default": 3, "second": 1}, 3)
    assert bound() >= {("", "default", "P001"), ("", "second", "Q1")}


def test_the_same_code_in_two_erps_is_two_customers_here(sandbox: Sandbox, other: Sandbox, work: Work) -> None:
    person(sandbox, "P1")
    run(work)
    person(other, "P1", email="else@example.com", first_name="Nils", last_name="Annan")
    item = run(work)
    assert "Code: Norce has it on another customer" in refused(item)["P1"]
    assert (norce(sandbox, "P1")["EmailAddress"], bound()) == ("p1@example.com", {("", "default", "P1")})


def test_a_person_of_two_erps_is_refused_to_the_second(sandbox: Sandbox, other: Sandbox, work: Work) -> None:
    person(sandbox, "P1", email="maja@example.com")
    run(work)
    person(other, "Q1", email="maja@example.com")
    assert "Norce has this customer (id 50001) under code P1" in refused(run(work))["Q1"]
    assert [row["Code"] for row in sandbox.state.customers] == ["P1"]


def test_who_is_missing_in_one_erp_is_looked_for_among_its_own_codes(
    sandbox: Sandbox, other: Sandbox, work: Work
) -> None:
    people(sandbox, 6)
    person(other, "Q1")
    run(work)
    remove(sandbox, "P002")
    change(other, "Q1", phone="1")
    item = run(work)
    assert (item.state, item.count_deactivated, inactive(sandbox)) == (State.DONE, 1, {"P002"})


def test_an_erp_that_answers_short_holds_the_run_for_both(sandbox: Sandbox, other: Sandbox, work: Work) -> None:
    people(sandbox, 10)
    for number in range(1, 4):
        person(other, f"Q{number}")
    run(work)
    set_faults(other, erp={"short": 0})
    item = run(work)
    assert (item.state, item.error) == (State.HELD, "second: 0 records were read, 3 the last time.")


def test_an_application_that_is_switched_off_is_not_read_and_ends_nobody(
    sandbox: Sandbox, other: Sandbox, work: Work
) -> None:
    people(sandbox, 3)
    person(other, "Q1")
    run(work)
    Application.objects.filter(key=SECOND).update(is_active=False)
    assert state_of(run(work)) == (State.DONE, 3, 0, 0, 3, 0)
    assert inactive(sandbox) == set()


def test_one_code_of_two_erps_is_sent_for_neither(sandbox: Sandbox, other: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    person(other, "P001", email="else@example.com", first_name="Nils", last_name="Annan")
    item = run(work)
    assert state_of(item) == (State.DONE, 3, 1, 0, 0, 2)
    assert "another ERP has it" in refused(item)["P001"]
    assert [row["Code"] for row in sent(sandbox)] == ["P002"]
