"""A preview says what a run would do, and does nothing."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from customers.models import CustomerBinding
from hub import runs
from hub.models import NorceJob, SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    calls,
    change,
    in_norce,
    people,
    person,
    remove,
    row,
    run,
    sent_codes,
    start,
    state_of,
    worked,
)
from tests.faults import operations, set_faults

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def moved(sandbox: Sandbox, work: Work) -> None:
    """Norce has twenty customers; since then one is new, one changed, one gone and two cannot be told apart."""
    people(sandbox, 20)
    run(work)
    person(sandbox, "P900")
    change(sandbox, "P002", phone="1")
    remove(sandbox, "P003")
    person(sandbox, "P901", email="same@example.com")
    person(sandbox, "P902", email="same@example.com")


def connect_calls() -> list[str]:
    """Return the calls to Norce Connect, those of jobs included."""
    return [name for name in operations("norce") if name.startswith(("Customer/", "Job/"))]


def bindings() -> list[Any]:
    """Return everything that is kept of the customers."""
    return list(CustomerBinding.objects.order_by("pk").values())


def test_a_preview_has_a_row_for_everybody(moved: None, work: Work) -> None:
    item = run(work, dry_run=True)
    assert state_of(item) == (State.DONE, 22, 1, 1, 18, 2)
    changes = dict(item.rows.values_list("erp_code", "change"))
    assert len(changes) == 23
    told = [changes[code] for code in ("P001", "P002", "P003", "P900", "P901", "P902")]
    assert told == ["unchanged", "changed", "deactivated", "new", "refused", "refused"]
    assert row(item, "P002").changes == {"PhoneNumber": [None, "1"]}


def test_a_preview_calls_nothing_that_could_change_norce(moved: None, work: Work) -> None:
    before, known = connect_calls(), bindings()
    item = run(work, dry_run=True)
    assert (connect_calls(), bindings(), NorceJob.objects.filter(run=item).count()) == (before, known, 0)
    assert (item.count_sent, item.rows.exclude(action="planned").count()) == (0, 0)


def test_a_preview_of_a_first_run_binds_nobody(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    assert state_of(run(work, dry_run=True)) == (State.DONE, 3, 3, 0, 0, 0)
    assert (connect_calls(), bindings(), len(list(sandbox.state.customers))) == ([], [], 0)


def test_a_preview_forms_the_calls_that_a_run_would_make(
    moved: None, sandbox: Sandbox, work: Work, settings: Any
) -> None:
    settings.HUB_BATCH_RECORDS = 1
    preview = run(work, dry_run=True)
    planned = preview.rows.exclude(batch=None).order_by("batch", "pk").values_list("erp_code", flat=True)
    run(work)
    assert sent_codes(sandbox)[20:] == list(planned)


def test_a_preview_finds_those_that_norce_has(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, "p001@example.com")
    people(sandbox, 1)
    assert row(run(work, dry_run=True), "P001").norce_id == number


def test_a_preview_runs_beside_a_real_run(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    set_faults(sandbox, norce={"jobs": "hang"})
    real = run(work)
    preview = start(dry_run=True)
    assert runs.start(resource="customers", by="test", dry_run=True) is None
    worked(work, preview)
    assert (real.state, preview.state, len(calls())) == (State.SUBMITTED, State.DONE, 1)


def test_a_preview_that_looks_wrong_ends_with_its_plan(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 80)
    run(work)
    set_faults(sandbox, erp={"short": 0})
    item = run(work, dry_run=True)
    assert (item.state, item.count_deactivated, len(calls())) == (State.DONE, 80, 1)


def test_a_preview_moves_no_cursor_and_is_no_measure(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    run(work, dry_run=True)
    assert (runs.cursor("customers", ""), SyncRun.objects.get().expected) == (None, 3)
    item = start()
    assert (item.expected, runs.last_full(item)) == (None, None)
