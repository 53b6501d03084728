"""Workers that die in the midst of a run: another one goes on, and nothing is sent to Norce twice."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connectors.norce.connect import NorceConnect
from connectors.sandbox.core import Sandbox
from customers import checking, matching, reading, settling
from customers.models import CustomerBinding
from hub import batches, drain, jobs, runs
from hub.models import NorceJob, SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    calls,
    change,
    killed,
    people,
    person,
    remove,
    run,
    sent_codes,
    start,
    state_of,
    swept,
)
from tests.faults import operations
from tests.hub.test_crashes import DiesAt, Killed

pytestmark = pytest.mark.usefixtures("application")
Settings = Any

CODES = [f"P{number:03d}" for number in range(1, 8)]
# Each part of the statements in a test of its own: a long line of runs makes each one slower than the one before.
PARTS = 12
unless_asked = pytest.mark.skipif("TEST_DEATHS" not in os.environ, reason="Every third statement; all: TEST_DEATHS=all")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Seven people are three pages and three batches."""
    monkeypatch.setattr(reading, "PAGE", 3)
    settings.HUB_BATCH_RECORDS = 3


def dies(work: Work, sandbox: Sandbox) -> SyncRun:
    """Do a full run over seven people until its worker dies."""
    people(sandbox, 7)
    item = start()
    with pytest.raises(KeyboardInterrupt):
        work()
    return item


def pages() -> int:
    return operations("erp:default").count("list customers")


DEATHS = [
    (reading, "keep", 2),
    (reading, "_page", 2),
    (checking, "add_missing", 1),
    (checking, "refuse_bound", 1),
    (checking, "refuse_doubles", 1),
    (matching, "match", 1),
    (checking, "count", 1),
    (batches, "form", 1),
    (batches, "_send", 2),
    (NorceConnect, "import_encoded", 1),
    (NorceConnect, "import_encoded", 2),
    (jobs, "follow", 1),
    (jobs, "follow", 2),
    (runs, "ending", 1),
    (NorceConnect, "job", 1),
    (jobs, "complete", 2),
    (settling, "_accept", 1),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("place", "name", "call"), DEATHS)
def test_a_run_killed_anywhere_goes_on_and_sends_nobody_twice(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, call: int, after: bool
) -> None:
    killed(monkeypatch, place, name, on_call=call, after=after)
    item = swept(work, dies(work, sandbox))
    assert state_of(item) == (State.DONE, 7, 7, 0, 0, 0)
    assert (sent_codes(sandbox), len(calls()), item.count_sent, item.count_accepted) == (CODES, 3, 7, 7)
    assert len(list(sandbox.state.jobs)) == NorceJob.objects.filter(state=State.DONE).count() == 3


def test_killed_before_a_page_is_kept_it_reads_only_that_page_again(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, reading, "keep", on_call=3)
    item = dies(work, sandbox)
    item.refresh_from_db()
    assert (item.count_read, item.cursor["after"], pages()) == (6, "P006", 3)
    assert (state_of(swept(work, item))[1], pages()) == (7, 4)


def test_killed_when_a_page_is_kept_it_reads_on_behind_it(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, reading, "_page", on_call=2, after=True)
    item = dies(work, sandbox)
    item.refresh_from_db()
    assert (item.count_read, item.cursor["after"], pages()) == (6, "P006", 2)
    assert (state_of(swept(work, item))[1], pages()) == (7, 3)


def test_killed_after_the_call_the_job_is_found_in_norces_list(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, NorceConnect, "import_encoded", on_call=2, after=True)
    item = dies(work, sandbox)
    assert (NorceJob.objects.count(), len(list(sandbox.state.jobs))) == (1, 2)
    swept(work, item)
    assert operations("norce").count("Job/List") == 1
    assert set(NorceJob.objects.values_list("job_id", flat=True)) == {job["JobId"] for job in sandbox.state.jobs}


def test_killed_in_the_midst_of_deactivating_it_goes_on(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 7)
    run(work)
    remove(sandbox, "P005")
    change(sandbox, "P002", phone="1")
    killed(monkeypatch, checking, "add_missing", after=True)
    item = start()
    with pytest.raises(KeyboardInterrupt):
        work()
    assert (swept(work, item).state, item.count_deactivated, item.count_changed) == (State.DONE, 1, 1)
    assert sorted(sent_codes(sandbox)[7:]) == ["P002", "P005"]


def test_a_worker_that_lost_its_lease_keeps_no_page(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 7)
    move_on = reading._move_on

    def taken_over(item: SyncRun, *rest: Any) -> None:
        SyncRun.objects.filter(pk=item.pk).update(state=State.PENDING, not_before=timezone.now())
        monkeypatch.setattr(reading, "_move_on", move_on)
        move_on(item, *rest)

    monkeypatch.setattr(reading, "_move_on", taken_over)
    assert state_of(run(work)) == (State.DONE, 7, 7, 0, 0, 0)
    assert sent_codes(sandbox) == CODES


def work_until_death(statement: int) -> bool:
    """Work as a worker does until it dies at a statement; return whether it died at all."""
    wrapper = DiesAt(statement, after=False)
    with suppress(Killed), connection.execute_wrapper(wrapper):
        while drain.step():
            pass
    return wrapper.died


def assert_both_sides_are_right(sandbox: Sandbox, item: SyncRun, number: int) -> None:
    new, ended = f"N{number + 1}", f"N{number}"
    told = {row["Code"]: (row["IsActive"], row.get("PhoneNumber")) for row in sandbox.state.customers}
    assert len(told) == len(list(sandbox.state.customers))
    assert (told["P001"], told[ended], told[new]) == ((True, str(number)), (False, None), (True, None))
    bound = CustomerBinding.objects.filter(accepted_run=item.pk).values_list("erp_code", "is_active")
    assert set(bound) == {("P001", True), (ended, False), (new, True)}
    assert (item.state, item.count_read, item.count_accepted) == (State.DONE, 3, 3)


# PostgreSQL's driver warns of a cursor that the dead worker has left open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "first", [pytest.param(part, marks=() if part % 3 == 1 else unless_asked) for part in range(1, PARTS + 1)]
)
def test_it_survives_death_before_every_statement(sandbox: Sandbox, work: Work, first: int) -> None:
    person(sandbox, "N1")
    people(sandbox, 2)
    run(work)
    for number, statement in enumerate(range(first, 400, PARTS), 1):
        change(sandbox, "P001", phone=str(number))
        person(sandbox, f"N{number + 1}")
        remove(sandbox, f"N{number}")
        before, item = len(list(sandbox.state.jobs)), start()
        died = work_until_death(statement)
        assert_both_sides_are_right(sandbox, swept(work, item), number)
        assert len(list(sandbox.state.jobs)) - before == 3
        if not died:
            break
    assert 60 < statement < 399 - PARTS
