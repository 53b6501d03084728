"""Full and delta runs over a register that changes: what is sent, how often, and what the rows say."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from connectors.sandbox.core import Sandbox
from customers import imports, matching, reading
from hub import batches, runs
from hub.models import Application
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    calls,
    change,
    company,
    delta,
    norce,
    norce_company,
    people,
    person,
    remove,
    row,
    run,
    sent,
    sent_codes,
    state_of,
)

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def exact_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delta asks for changes since the very start of the run before."""
    monkeypatch.setattr(runs, "OVERLAP", timedelta(0))


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ERP's register is read three records at a time."""
    monkeypatch.setattr(reading, "PAGE", 3)


def test_a_full_run_brings_everybody_to_norce(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 5)
    assert state_of(run(work)) == (State.DONE, 5, 5, 0, 0, 0)
    assert (len(calls()), len(list(sandbox.state.customers))) == (1, 5)
    assert norce(sandbox, "P001")["EmailAddress"] == "p001@example.com"
    assert (binding("P001").report, binding("P001").norce_id) == ("accepted", None)


def test_a_second_full_run_sends_nothing(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 5)
    run(work)
    again = run(work)
    assert state_of(again) == (State.DONE, 5, 0, 0, 5, 0)
    assert (len(calls()), again.rows.count()) == (1, 0)


def test_a_delta_sends_exactly_the_changed_record(sandbox: Sandbox, work: Work, exact_cursor: None) -> None:
    people(sandbox, 5)
    run(work)
    change(sandbox, "P003", phone="070-1740605")
    item = delta(work)
    assert state_of(item) == (State.DONE, 1, 0, 1, 0, 0)
    assert sent(sandbox)[5:] == [{"Id": 50003} | sent(sandbox)[2] | {"PhoneNumber": "070-1740605"}]
    assert row(item, "P003").changes == {"PhoneNumber": [None, "070-1740605"]}
    assert (item.count_sent, item.count_accepted, item.count_failed) == (1, 1, 0)


def test_the_overlap_of_deltas_reads_more_and_sends_no_more(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 5)
    run(work)
    change(sandbox, "P003", last_name="Ny")
    assert state_of(delta(work)) == (State.DONE, 5, 0, 1, 4, 0)
    assert sent_codes(sandbox)[5:] == ["P003"]


def test_a_first_delta_reads_everything(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    assert state_of(delta(work)) == (State.DONE, 3, 3, 0, 0, 0)


def test_companies_go_the_same_way(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1")
    company(sandbox, "B2")
    run(work, "companies")
    change(sandbox, "B2", name="Nytt AB")
    item = delta(work, "companies")
    assert (norce_company(sandbox, "B2")["Name"], calls()) == ("Nytt AB", ["Customer/ImportCompanies"] * 2)
    assert row(item, "B2").changes == {"Name": ["Exempel B2 AB", "Nytt AB"]}


def test_a_change_that_is_taken_back_between_runs_is_no_change(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    change(sandbox, "P001", phone="1")
    change(sandbox, "P001", phone="")
    assert state_of(delta(work)) == (State.DONE, 1, 0, 0, 1, 0)


def test_changed_there_and_back_is_sent_twice(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    for last_name in ("Ny", "P001"):
        change(sandbox, "P001", last_name=last_name)
        delta(work)
    assert [record["LastName"] for record in sent(sandbox)] == ["P001", "Ny", "P001"]


def after_first_page(monkeypatch: pytest.MonkeyPatch, deed: object) -> None:
    """Do something in the ERP when the first page has been kept."""
    kept, numbers = reading.keep, iter(range(100))

    def keep(rows: object) -> None:
        kept(rows)  # type: ignore[arg-type]
        if next(numbers) == 0:
            deed()  # type: ignore[operator]

    monkeypatch.setattr(reading, "keep", keep)


def test_somebody_added_behind_the_page_is_read(
    sandbox: Sandbox, work: Work, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 5)
    after_first_page(monkeypatch, lambda: person(sandbox, "P0045"))
    assert state_of(run(work)) == (State.DONE, 6, 6, 0, 0, 0)
    assert sent_codes(sandbox) == ["P001", "P002", "P003", "P004", "P0045", "P005"]


def test_somebody_added_before_the_page_comes_with_the_next_delta(
    sandbox: Sandbox, work: Work, small_pages: None, exact_cursor: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 5)
    after_first_page(monkeypatch, lambda: person(sandbox, "P0001"))
    assert state_of(run(work)) == (State.DONE, 5, 5, 0, 0, 0)
    assert state_of(delta(work)) == (State.DONE, 1, 1, 0, 0, 0)
    assert sorted(sent_codes(sandbox)) == ["P0001", "P001", "P002", "P003", "P004", "P005"]


def test_somebody_removed_while_reading_hides_nobody(
    sandbox: Sandbox, work: Work, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 7)
    after_first_page(monkeypatch, lambda: remove(sandbox, "P001", "P003"))
    assert state_of(run(work)) == (State.DONE, 7, 7, 0, 0, 0)
    assert sent_codes(sandbox) == [f"P{number:03d}" for number in range(1, 8)]


def test_somebody_changed_behind_the_reader_comes_with_the_next_delta(
    sandbox: Sandbox, work: Work, small_pages: None, exact_cursor: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 5)
    after_first_page(monkeypatch, lambda: change(sandbox, "P002", phone="1"))
    run(work)
    assert "PhoneNumber" not in norce(sandbox, "P002")
    assert state_of(delta(work)) == (State.DONE, 1, 0, 1, 0, 0)
    assert norce(sandbox, "P002")["PhoneNumber"] == "1"


def test_a_listing_that_does_not_move_on_ends_the_run(
    sandbox: Sandbox, work: Work, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 5)
    monkeypatch.setattr(sandbox.state.erp_customers, "after", lambda after: iter(list(sandbox.state.erp_customers)))
    item = run(work)
    assert (item.state, item.error) == (State.FAILED, "The ERP's listing does not move on behind P003.")
    assert calls() == []


def quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 15 seconds pass at every look at the clock, so that one page fills a part."""
    moments = count(0, 15)
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    for module in (imports, reading, matching, batches):
        monkeypatch.setattr(module, "time", clock)


def test_runs_wait_in_parts_and_go_on(
    sandbox: Sandbox, work: Work, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 7)
    quick_clock(monkeypatch)
    item = run(work)
    assert item.tries > 2
    assert (state_of(item), len(calls())) == ((State.DONE, 7, 7, 0, 0, 0), 1)


def test_who_has_no_name_that_norce_needs_is_refused(sandbox: Sandbox, work: Work, application: Application) -> None:
    people(sandbox, 1)
    person(sandbox, "P900", email="")
    item = run(work)
    assert state_of(item) == (State.DONE, 2, 1, 0, 0, 1)
    assert row(item, "P900").message == "EmailAddress: Norce needs it for a new customer."
