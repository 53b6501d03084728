"""What Norce did not take: the next delta carries it over, and does not read the whole register for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import change_customer
from connectors.sandbox.seed import seed_customers
from hub import by_hand, runs
from hub.models import Attempt, SyncRun
from hub.models.work import State
from tests.faults import be_due, set_faults

pytestmark = pytest.mark.usefixtures("application")
Work = Callable[[], int]


def synced(work: Work, mode: str = "delta") -> SyncRun:
    """Run over people until nothing is due, and return the run as it ended."""
    run = runs.start(resource="customers", by="test", mode=mode)
    assert run is not None
    for _ in range(3):
        work()
        be_due()
    run.refresh_from_db()
    return run


def code_in_norce(sandbox: Sandbox, code: str) -> bool:
    return bool(sandbox.state.customers.find("code", code))


def test_a_record_that_norce_refused_is_sent_again_by_the_next_delta(sandbox: Sandbox, work: Work) -> None:
    seed_customers(sandbox.state, 3)
    set_faults(sandbox, norce={"fail_rows": ["P000002"]})
    assert synced(work, "full").count_failed == 1
    set_faults(sandbox, norce={})
    run = synced(work)
    assert (run.state, run.count_accepted, code_in_norce(sandbox, "P000002")) == (State.DONE, 1, True)


def test_a_record_that_norce_always_refuses_does_not_keep_the_cursor_back(sandbox: Sandbox, work: Work) -> None:
    seed_customers(sandbox.state, 3)
    set_faults(sandbox, norce={"fail_rows": ["P000002"]})
    first = synced(work, "full")
    second, third = synced(work), synced(work)
    assert [run.state for run in (second, third)] == [State.FAILED] * 2
    assert (third.since, third.count_sent) == (second.created_at - runs.OVERLAP, 1) and first.since is None


def test_what_the_erp_has_changed_since_is_not_overwritten_by_what_was_carried(sandbox: Sandbox, work: Work) -> None:
    seed_customers(sandbox.state, 2)
    set_faults(sandbox, norce={"fail_rows": ["P000002"]})
    synced(work, "full")
    set_faults(sandbox, norce={})
    change_customer(sandbox.state, "P000002", {"phone": "070-174 06 99"})
    run = synced(work)
    assert (run.state, run.rows.count()) == (State.DONE, 1)
    [person] = sandbox.state.customers.find("code", "P000002")
    assert person["PhoneNumber"] == "070-174 06 99"


def test_a_full_run_with_a_refused_record_is_what_the_next_one_is_measured_by(sandbox: Sandbox, work: Work) -> None:
    seed_customers(sandbox.state, 40)
    set_faults(sandbox, norce={"fail_rows": ["P000002"]})
    synced(work, "full")
    set_faults(sandbox, erp={"short": 0.5})
    run = synced(work, "full")
    assert run.state == State.HELD and "40 the last time" in run.error


def test_a_run_is_cancelled_while_it_works_and_its_worker_sends_no_more(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_customers(sandbox.state, 3)
    answer = sandbox.handle

    def cancelling(request):  # type: ignore[no-untyped-def]
        run = SyncRun.objects.filter(state=State.RUNNING).first()
        if run and request.path.endswith("/customers/list"):
            by_hand.cancel(run, by="anna", reason="Not now.")
        return answer(request)

    monkeypatch.setattr(sandbox, "handle", cancelling)
    assert synced(work, "full").state == State.CANCELLED
    assert not sandbox.state.jobs and not SyncRun.objects.get().rows.exists()
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"cancelled"}
