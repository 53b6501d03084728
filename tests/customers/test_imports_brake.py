"""Runs that look wrong are held, with mail, until a person has decided; who is missing is ended explicitly."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from connectors.sandbox.core import Sandbox
from customers import reading
from customers.models import CustomerBinding
from hub import by_hand, digest, runs
from hub.models import Application, ErpConnection, SyncRow, SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    calls,
    change,
    delta,
    norce,
    people,
    person,
    remove,
    row,
    run,
    sent,
    sent_codes,
    state_of,
    worked,
)
from tests.faults import set_faults

pytestmark = pytest.mark.usefixtures("application")
Settings = Any


@pytest.fixture
def half(sandbox: Sandbox, work: Work, settings: Settings) -> SyncRun:
    """A full run whose ERP showed about half of the eighty customers that Norce has from it."""
    settings.HUB_ALERT_EMAILS = ["duty@example.com"]
    people(sandbox, 80)
    run(work)
    set_faults(sandbox, erp={"short": 0.5})
    return run(work)


def approve(item: SyncRun, **changes: Any) -> None:
    runs.approve(item, **{"by": "anna", "reason": "They have moved.", "plan": item.plan} | changes)


def inactive(sandbox: Sandbox) -> set[str]:
    return {record["Code"] for record in sandbox.state.customers if not record["IsActive"]}


def missing(item: SyncRun) -> set[str]:
    rows = item.rows.filter(change=SyncRow.Change.DEACTIVATED)
    return set(rows.values_list("erp_code", flat=True))


@pytest.mark.parametrize("share", [0.5, 0])
def test_an_erp_that_answers_short_holds_the_run(sandbox: Sandbox, work: Work, share: float) -> None:
    people(sandbox, 80)
    run(work)
    set_faults(sandbox, erp={"short": share})
    item = run(work)
    assert (item.state, item.error_kind, item.count_sent, len(calls())) == (State.HELD, "hold", 0, 1)
    assert f"{item.count_deactivated} of 80 would be deactivated; the limit is 25 and 5 %" in item.error
    assert f"{item.count_read} records were read, 80 the last time" in item.error
    assert item.count_deactivated + item.count_read == 80


def test_a_held_run_tells_the_operators_once_and_without_names(half: SyncRun, work: Work) -> None:
    for _ in range(2):
        digest.look()
        worked(work, half)
    [message] = mail.outbox
    assert message.to == ["duty@example.com"]
    assert (
        message.subject
        == "[Norce hub] 1 thing needs a person: Customers to Norce – Held for a person: Waits for a decision"
    )
    assert "of 80 would be deactivated" in message.body
    assert f"Run {half.pk} (customers, full): 0 new, 0 changed, {half.count_deactivated} to be" in message.body
    assert f"/admin/hub/syncrun/{half.pk}/change/" in message.body
    assert "@example.com" not in message.body


def test_an_approved_run_sends_exactly_the_plan_that_was_seen(half: SyncRun, sandbox: Sandbox, work: Work) -> None:
    planned = missing(half)
    set_faults(sandbox, erp={})
    person(sandbox, "P999")
    approve(half)
    assert worked(work, half).state == State.DONE
    assert (inactive(sandbox), set(sent_codes(sandbox)[80:])) == (planned, planned)
    assert half.count_accepted == len(planned)


@pytest.mark.parametrize("wrong", [{"plan": "another"}, {"plan": ""}, {"reason": " "}])
def test_an_approval_needs_the_plan_and_a_reason(half: SyncRun, work: Work, wrong: dict[str, str]) -> None:
    with pytest.raises(by_hand.NotAllowed):
        approve(half, **wrong)
    assert (worked(work, half).state, len(calls())) == (State.HELD, 1)


def test_a_retry_without_approval_is_held_again(half: SyncRun, work: Work) -> None:
    by_hand.retry(half, by="anna", reason="Again.")
    assert (worked(work, half).state, len(calls())) == (State.HELD, 1)


def test_a_cancelled_run_has_lost_its_approval(half: SyncRun, sandbox: Sandbox, work: Work) -> None:
    approve(half)
    by_hand.cancel(half, by="anna", reason="No, look at it first.")
    by_hand.retry(half, by="ola", reason="Again.")
    assert (worked(work, half).state, inactive(sandbox)) == (State.HELD, set())


def test_a_cancelled_run_sends_nothing_and_the_next_one_goes_through(
    half: SyncRun, sandbox: Sandbox, work: Work
) -> None:
    assert runs.start(resource="customers", by="test", mode="full") is None
    by_hand.cancel(half, by="anna", reason="The ERP is broken.")
    set_faults(sandbox, erp={})
    assert state_of(run(work)) == (State.DONE, 80, 0, 0, 80, 0)
    assert (len(calls()), inactive(sandbox)) == (1, set())


def test_few_missing_ones_are_deactivated_explicitly(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 20)
    run(work)
    remove(sandbox, "P003", "P004")
    item = run(work)
    assert (item.state, item.count_deactivated, item.count_accepted) == (State.DONE, 2, 2)
    ended = {"IsActive": False, "IsCompanyListDelta": True}
    assert sent(sandbox)[20:] == [{"Id": 50003, "Code": "P003", **ended}, {"Id": 50004, "Code": "P004", **ended}]
    assert norce(sandbox, "P003")["EmailAddress"] == "p003@example.com"
    assert (row(item, "P003").changes, inactive(sandbox)) == ({"IsActive": [True, False]}, {"P003", "P004"})


def test_a_deactivation_is_sent_once(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 20)
    run(work)
    remove(sandbox, "P003")
    run(work)
    assert state_of(run(work)) == (State.DONE, 19, 0, 0, 19, 0)
    assert len(calls()) == 2


def test_a_delta_deactivates_nobody_who_is_missing(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 5)
    run(work)
    remove(sandbox, "P003")
    delta(work)
    assert (len(calls()), inactive(sandbox)) == (1, set())


def test_whom_an_order_made_since_the_run_began_is_not_missing(
    sandbox: Sandbox, work: Work, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 3)
    kept = reading.keep

    def keep(rows: Any) -> None:
        kept(rows)
        CustomerBinding.objects.get_or_create(erp_connection="default", erp_code="P0001", defaults={"report": ""})

    monkeypatch.setattr(reading, "keep", keep)
    item = run(work)
    assert (item.state, missing(item), binding("P0001").is_active) == (State.DONE, set(), True)


def test_whose_code_norce_never_had_is_not_deactivated(sandbox: Sandbox, work: Work) -> None:
    CustomerBinding.objects.create(erp_connection="default", erp_code="P900", report="due")
    people(sandbox, 3)
    assert missing(run(work)) == set()


def test_who_is_inactive_in_the_erp_is_deactivated_and_back_again(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 3)
    run(work)
    change(sandbox, "P002", active=False)
    item = delta(work)
    assert (item.state, missing(item), inactive(sandbox)) == (State.DONE, {"P002"}, {"P002"})
    change(sandbox, "P002", active=True)
    item = delta(work)
    assert (row(item, "P002").changes, inactive(sandbox)) == ({"IsActive": [False, True]}, set())


def test_who_was_missing_and_is_listed_again_is_active_again(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 20)
    run(work)
    remove(sandbox, "P003")
    run(work)
    person(sandbox, "P003")
    item = run(work)
    assert (row(item, "P003").changes, row(item, "P003").change) == ({"IsActive": [False, True]}, "changed")
    assert (inactive(sandbox), binding("P003").is_active) == (set(), True)


def test_who_is_inactive_from_the_start_never_comes_to_norce(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P001", active=False)
    assert state_of(run(work)) == (State.DONE, 1, 0, 0, 1, 0)
    assert calls() == []


def test_a_delta_that_would_deactivate_many_is_held_too(sandbox: Sandbox, work: Work) -> None:
    ErpConnection.objects.update(brake_count=2)
    for code in people(sandbox, 10):
        change(sandbox, code, phone="1")
    run(work)
    for code in ("P001", "P002", "P003"):
        change(sandbox, code, active=False)
    assert (delta(work).state, len(calls())) == (State.HELD, 1)
