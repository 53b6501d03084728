"""Planned rows in few import calls: what may share one, what a refusal costs, and an answer that never came."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from hub import batches, gateways, work
from hub.models import NorceJob, SyncRow, SyncRun
from tests.hub.plans import Norce, a_resource, claimed_run, plan

Action, Change = SyncRow.Action, SyncRow.Change
SETTLED: list[int] = []

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Iterator[SyncRun]:
    SETTLED.clear()
    with a_resource(settle=lambda run, batch: SETTLED.append(batch)):
        yield claimed_run()


@pytest.fixture
def norce(monkeypatch: pytest.MonkeyPatch) -> Norce:
    made = Norce()
    monkeypatch.setattr(gateways, "norce_connect", lambda: made)
    return made


def formed(run: SyncRun) -> list[list[str]]:
    """Form the batches; return the codes of each."""
    batches.form(run)
    rows = run.rows.exclude(batch=None).order_by("batch", "pk").values_list("batch", "erp_code")
    return [[code for number, code in rows if number == batch] for batch in sorted({number for number, _ in rows})]


def send(run: SyncRun, seconds: float = 60) -> bool:
    """Form and send as the next part of the run does."""
    run.refresh_from_db()
    batches.form(run)
    return batches.send(run, until=time.monotonic() + seconds)


def actions(run: SyncRun) -> dict[str, str]:
    return dict(run.rows.values_list("erp_code", "action"))


def test_a_batch_holds_no_more_records_than_it_may(run: SyncRun, settings: Settings) -> None:
    settings.HUB_BATCH_RECORDS = 2
    plan(run, "1", "2", "3", "4", "5")
    assert formed(run) == [["1", "2"], ["3", "4"], ["5"]]


@pytest.mark.parametrize(("limit", "sizes"), [(25, [2, 1]), (24, [1, 1, 1]), (1, [1, 1, 1])])
def test_a_batch_holds_no_more_bytes_than_it_may(
    run: SyncRun, settings: Settings, limit: int, sizes: list[int]
) -> None:
    settings.HUB_BATCH_BYTES = limit
    assert {len(row.payload) for row in plan(run, "1", "2", "3")} == {12}
    assert [len(batch) for batch in formed(run)] == sizes


def test_records_with_other_fields_never_share_a_call(run: SyncRun) -> None:
    plan(run, "1", "2"), plan(run, "3", field_set=1), plan(run, "4")
    assert formed(run) == [["1", "2", "4"], ["3"]]


def test_records_with_and_without_a_norce_id_never_share_a_call(run: SyncRun, norce: Norce) -> None:
    plan(run, "1"), plan(run, "2", norce_id=7), plan(run, "3")
    assert send(run)
    assert norce.payloads == [[{"Code": "1"}, {"Code": "3"}], [{"Id": 7, "Code": "2"}]]
    assert norce.headers == ['{"CustomerFieldsThatAreSet":["Code"]}', '{"CustomerFieldsThatAreSet":["Id","Code"]}']


@pytest.mark.parametrize(
    "columns",
    [{"change": Change.UNCHANGED}, {"change": Change.REFUSED}, {"action": Action.SKIPPED}, {"field_set": None}],
)
def test_what_is_not_to_be_sent_is_in_no_call(run: SyncRun, norce: Norce, columns: dict[str, Any]) -> None:
    plan(run, "1", **columns), plan(run, "2", change=Change.DEACTIVATED), plan(run, "3", change=Change.CHANGED)
    assert send(run)
    assert norce.calls == [["2", "3"]]


def test_rows_that_are_planned_later_get_batches_of_their_own(run: SyncRun) -> None:
    plan(run, "1")
    assert formed(run) == [["1"]]
    plan(run, "2")
    NorceJob.objects.create(run=run, batch=5, job_id=5, method="ImportCustomers")
    assert formed(run) == [["1"], ["2"]]
    assert run.rows.get(erp_code="2").batch == 6


def test_each_batch_is_one_call_and_one_job(run: SyncRun, norce: Norce, settings: Settings) -> None:
    settings.HUB_BATCH_RECORDS = 2
    plan(run, "1", "2", "3")
    assert send(run) and send(run)
    run.refresh_from_db()
    assert (norce.calls, run.count_sent, run.posting_batch) == ([["1", "2"], ["3"]], 3, None)
    assert set(actions(run).values()) == {Action.SENT}
    assert list(run.jobs.order_by("pk").values_list("job_id", "batch", "total")) == [(101, 1, 2), (102, 2, 1)]


def test_a_run_whose_time_is_up_goes_on_later(run: SyncRun, norce: Norce) -> None:
    plan(run, "1")
    assert (send(run, seconds=-1), norce.calls) == (False, [])
    assert (send(run), norce.calls) == (True, [["1"]])


def test_a_worker_that_has_lost_the_run_makes_no_call(run: SyncRun, norce: Norce) -> None:
    plan(run, "1")
    batches.form(run)
    SyncRun.objects.update(tries=9)
    with pytest.raises(work.LeaseLost):
        batches.send(run, until=time.monotonic() + 60)
    assert norce.calls == []


def test_what_has_become_stale_is_left_out_just_before_the_call(norce: Norce) -> None:
    def drop(run: SyncRun, batch: int) -> None:
        run.rows.filter(batch=batch, erp_code__in=("1", "3")).update(action=Action.SKIPPED)

    with a_resource(before_send=drop):
        run = claimed_run()
        plan(run, "1", "2"), plan(run, "3", field_set=1)
        assert (send(run), norce.calls) == (True, [["2"]])


def test_halving_finds_the_one_record_that_norce_refuses(run: SyncRun, norce: Norce) -> None:
    plan(run, *"abcdefgh")
    norce.bad = {"f"}
    assert send(run)
    assert actions(run) == dict.fromkeys("abcdefgh", Action.SENT) | {"f": Action.FAILED}
    assert len(norce.calls) == 7
    run.refresh_from_db()
    assert (run.count_sent, run.count_failed) == (7, 1)


def test_a_refused_record_says_why_and_tells_nobodys_address(run: SyncRun, norce: Norce) -> None:
    plan(run, "1")
    norce.bad = {"1"}
    send(run)
    assert run.rows.get().message == "Norce refuses a record of •••."


def test_the_resource_is_told_of_refused_records(run: SyncRun, norce: Norce) -> None:
    plan(run, "1", "2")
    norce.bad = {"2"}
    send(run)
    assert [run.rows.get(erp_code="2").batch] == SETTLED


def test_a_run_that_meets_too_many_refusals_stops_cutting(
    run: SyncRun, norce: Norce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_SPLITS", 2)
    plan(run, *"abcdefgh")
    norce.bad = set("abcdefgh")
    assert send(run)
    assert [len(call) for call in norce.calls] == [8, 4, 2, 4, 2]
    assert set(actions(run).values()) == {Action.FAILED}


def test_splits_are_remembered_when_a_worker_dies(run: SyncRun, norce: Norce) -> None:
    plan(run, "1", "2")
    norce.bad = {"1", "2"}
    send(run)
    run.refresh_from_db()
    assert run.cursor == {"splits": 1}
