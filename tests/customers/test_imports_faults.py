"""Norce and the ERP answer 429, nothing, late or wrongly in the midst of a run: it comes through and sends once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.models import RateBucket
from connectors.sandbox.core import Sandbox
from customers import reading
from hub import by_hand, runs
from hub.models import NorceJob, SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    calls,
    change,
    company,
    norce,
    people,
    row,
    run,
    sent_codes,
    start,
    state_of,
    to_the_end,
    worked,
)
from tests.faults import be_due, operations, set_faults
from tests.threads import shared_database, side_by_side

pytestmark = pytest.mark.usefixtures("application")
Settings = Any
IMPORT = "Customer/ImportCustomers"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Seven people are three pages and three batches."""
    monkeypatch.setattr(reading, "PAGE", 3)
    settings.HUB_BATCH_RECORDS = 3


@pytest.fixture
def codes(sandbox: Sandbox) -> list[str]:
    """The codes of the seven people that the ERP has."""
    return people(sandbox, 7)


def forget_quota() -> None:
    """Let a minute pass for Norce's quota."""
    RateBucket.objects.all().delete()
    be_due()


def assert_all_were_sent_once(sandbox: Sandbox, item: SyncRun, codes: list[str]) -> None:
    assert state_of(item) == (State.DONE, 7, 7, 0, 0, 0)
    assert (sent_codes(sandbox), item.count_sent, item.count_accepted) == (codes, 7, 7)
    assert len(list(sandbox.state.jobs)) == 3


@pytest.mark.parametrize("call", [IMPORT, "Job/Get", "Job/GetLog", "Customers/Customers"])
def test_it_goes_on_after_norce_has_answered_429(sandbox: Sandbox, work: Work, codes: list[str], call: str) -> None:
    set_faults(sandbox, norce={"fail_next": {call: [429, 429]}, "retry_after": 7})
    item = start()
    for _ in range(4):
        worked(work, item)
        forget_quota()
    assert_all_were_sent_once(sandbox, item, codes)
    assert item.attempts <= 1


def test_it_waits_for_the_hubs_own_quota_and_leaves_a_quarter_for_orders(
    sandbox: Sandbox, work: Work, codes: list[str], settings: Settings
) -> None:
    settings.NORCE_REQUESTS_PER_MINUTE = 4
    item = worked(work, start())
    connect = [name for name in operations("norce") if name.startswith(("Customer/", "Job/"))]
    assert (item.state in (State.PENDING, State.SUBMITTED), len(connect)) == (True, 3)
    for _ in range(6):
        forget_quota()
        worked(work, item)
    assert_all_were_sent_once(sandbox, item, codes)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_import_that_norce_does_not_take_is_sent_again(
    sandbox: Sandbox, work: Work, codes: list[str], status: int
) -> None:
    set_faults(sandbox, norce={"fail_next": {IMPORT: [status]}})
    assert_all_were_sent_once(sandbox, to_the_end(work, start()), codes)


def test_a_lost_answer_to_an_import_is_found_in_norces_list(sandbox: Sandbox, work: Work, codes: list[str]) -> None:
    set_faults(sandbox, norce={"lose_answers": {IMPORT: 2}})
    assert_all_were_sent_once(sandbox, to_the_end(work, start()), codes)
    assert (len(calls()), operations("norce").count("Job/List")) == (3, 2)
    assert {job["JobId"] for job in sandbox.state.jobs} == set(NorceJob.objects.values_list("job_id", flat=True))


def test_a_lost_answer_is_found_behind_another_runs_later_job(sandbox: Sandbox, work: Work, codes: list[str]) -> None:
    company(sandbox, "B1")
    set_faults(sandbox, norce={"lose_answers": {IMPORT: 1}})
    item = worked(work, start())
    assert run(work, "companies").state == State.DONE
    assert state_of(to_the_end(work, item))[0] == State.DONE
    assert (sent_codes(sandbox).count("P001"), len(list(sandbox.state.jobs))) == (1, 4)


def test_a_lost_answer_to_a_page_has_the_page_read_again(sandbox: Sandbox, work: Work, codes: list[str]) -> None:
    set_faults(sandbox, erp={"lose_answers": {"GET /erp/customers/list": 2}})
    assert_all_were_sent_once(sandbox, to_the_end(work, start()), codes)


def test_an_erp_that_goes_down_in_the_midst_is_waited_for(
    sandbox: Sandbox, work: Work, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = reading.keep

    def break_down(rows: Any) -> None:
        keep(rows)
        set_faults(sandbox, erp={"error_rate": 1})

    monkeypatch.setattr(reading, "keep", break_down)
    item = worked(work, start())
    assert (item.state, item.count_read, item.error_kind) == (State.PENDING, 3, "transient")
    monkeypatch.setattr(reading, "keep", keep)
    set_faults(sandbox, erp={})
    assert_all_were_sent_once(sandbox, to_the_end(work, item), codes)


def test_a_job_that_hangs_is_followed_until_it_ends(sandbox: Sandbox, work: Work, codes: list[str]) -> None:
    set_faults(sandbox, norce={"jobs": "hang"})
    item = worked(work, start())
    assert (item.state, item.count_sent, item.count_accepted) == (State.SUBMITTED, 7, 0)
    assert runs.start(resource="customers", by="test") is None
    set_faults(sandbox, norce={})
    be_due()
    assert_all_were_sent_once(sandbox, worked(work, item), codes)


def test_a_job_that_fails_fails_the_run_and_a_retry_sends_what_norce_lacks(
    sandbox: Sandbox, work: Work, codes: list[str]
) -> None:
    set_faults(sandbox, norce={"jobs": "fail"})
    item = run(work)
    assert (item.state, item.count_failed, item.error) == (State.FAILED, 7, "7 records were not taken.")
    assert "A fault asks for a failed job" in row(item, "P001").message
    set_faults(sandbox, norce={})
    by_hand.retry(item, by="anna", reason="Norce is whole.")
    assert (worked(work, item).state, item.count_accepted, item.count_failed) == (State.DONE, 7, 0)
    assert sent_codes(sandbox) == codes * 2


def test_records_that_norce_refuses_are_told_from_their_neighbours(
    sandbox: Sandbox, work: Work, codes: list[str]
) -> None:
    set_faults(sandbox, norce={"fail_rows": ["P002", "p005@example.com"]})
    item = run(work)
    assert (item.state, item.count_accepted, item.count_failed) == (State.FAILED, 5, 2)
    failed = item.rows.filter(action="failed").values_list("erp_code", "message")
    assert dict(failed) == dict.fromkeys(["P002", "P005"], "A fault asks for this record to fail.")
    assert len(list(sandbox.state.customers)) == 5


def test_a_retry_sends_only_what_norce_has_refused(sandbox: Sandbox, work: Work, codes: list[str]) -> None:
    set_faults(sandbox, norce={"fail_rows": ["P002", "P005"]})
    item = run(work)
    set_faults(sandbox, norce={})
    by_hand.retry(item, by="anna", reason="Mended.")
    assert (worked(work, item).state, item.count_accepted) == (State.DONE, 7)
    assert sent_codes(sandbox)[7:] == ["P002", "P005"]


def test_what_norce_has_refused_comes_with_the_next_delta_by_itself(
    sandbox: Sandbox, work: Work, codes: list[str]
) -> None:
    run(work)
    change(sandbox, "P002", phone="2")
    set_faults(sandbox, norce={"fail_rows": ["P002"]})
    assert run(work, mode="delta").state == State.FAILED
    set_faults(sandbox, norce={})
    assert run(work, mode="delta").state == State.DONE
    assert norce(sandbox, "P002")["PhoneNumber"] == "2"


def test_a_call_that_norce_refuses_is_halved_until_the_record_is_found(
    sandbox: Sandbox, work: Work, codes: list[str], settings: Settings
) -> None:
    settings.HUB_BATCH_RECORDS = 500
    set_faults(sandbox, norce={"fail_next": {IMPORT: [400, 400, 400, 400]}})
    item = run(work)
    assert (item.state, item.count_failed, item.count_accepted) == (State.FAILED, 1, 6)
    assert "A fault asks for 400" in row(item, "P001").message
    assert (sorted(sent_codes(sandbox)), binding("P002").is_active) == (codes[1:], True)


def test_two_schedules_that_fire_at_once_start_one_run(sandbox: Sandbox, tmp_path: Path) -> None:
    with shared_database(tmp_path):
        started = side_by_side(4, lambda number: runs.start(resource="customers", by="schedule"))
        assert len([item for item in started if item]) == SyncRun.objects.count() == 1
