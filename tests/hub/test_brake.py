"""When a run is held, and what exactly a person approves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hub import brake, by_hand, runs
from hub.models import ErpConnection, SyncRow, SyncRun
from hub.models.work import State
from tests.hub.plans import a_resource, claimed_run, plan

pytestmark = pytest.mark.django_db

CONNECTION = ErpConnection(name="default", brake_count=25, brake_percent=5, brake_short_percent=80)


def reasons(**numbers: Any) -> list[str]:
    usual: dict[str, Any] = {"deactivated": 0, "known": 0, "read": 0, "read_before": None}
    return [reason.message for reason in brake.reasons(CONNECTION, brake.Weight(**usual | numbers))]


@pytest.mark.parametrize(
    ("deactivated", "known", "held"),
    [(25, 25, False), (26, 520, False), (26, 519, True), (26, 0, True), (1000, 20_000, False), (1001, 20_000, True)],
)
def test_a_run_is_held_that_would_deactivate_more_than_both_limits(deactivated: int, known: int, held: bool) -> None:
    assert bool(reasons(deactivated=deactivated, known=known)) == held


@pytest.mark.parametrize(
    ("read", "before", "held"), [(80, 100, False), (79, 100, True), (0, 1, True), (0, None, False), (0, 0, False)]
)
def test_a_run_is_held_that_read_far_less_than_the_last_one(read: int, before: int | None, held: bool) -> None:
    assert bool(reasons(read=read, read_before=before)) == held


def test_every_reason_is_given_with_its_numbers() -> None:
    assert reasons(deactivated=30, known=100, read=70, read_before=100) == [
        "default: 30 of 100 would be deactivated; the limit is 25 and 5 %.",
        "default: 70 records were read, 100 the last time.",
    ]


def test_brakes_of_zero_hold_every_deactivation() -> None:
    strict = ErpConnection(name="default", brake_count=0, brake_percent=0)
    weight = brake.Weight(deactivated=1, known=1000, read=1000, read_before=None)
    assert len(brake.reasons(strict, weight)) == 1


@pytest.mark.parametrize(
    "columns",
    [{"norce_id": 8}, {"payload": '{"Code":"9"}'}, {"change": "deactivated"}, {"subject": "thing:9"}],
)
def test_another_plan_has_another_digest(columns: dict[str, Any]) -> None:
    run = claimed_run()
    plan(run, "1", "2")
    before = brake.plan_digest(run)
    run.rows.filter(erp_code="2").update(**columns)
    assert brake.plan_digest(run) != before


def test_one_more_record_is_another_plan() -> None:
    run = claimed_run()
    plan(run, "1")
    before = brake.plan_digest(run)
    plan(run, "2")
    assert brake.plan_digest(run) != before


def test_what_is_not_sent_is_no_part_of_the_plan() -> None:
    run = claimed_run()
    plan(run, "1")
    before = brake.plan_digest(run)
    plan(run, "2", change=SyncRow.Change.UNCHANGED, payload="")
    run.rows.update(batch=1)
    assert brake.plan_digest(run) == before


@pytest.fixture
def held() -> Iterator[SyncRun]:
    with a_resource():
        yield claimed_run(state=State.HELD, plan="seen", planned_at=timezone.now())


def approve(run: SyncRun, *, reason: str = "The shop was closed.", plan: str = "seen") -> SyncRun:
    runs.approve(run, by="anna", reason=reason, plan=plan)
    return SyncRun.objects.get(pk=run.pk)


def test_an_approved_run_goes_on_with_the_plan_that_was_seen(held: SyncRun) -> None:
    run = approve(held)
    assert (run.state, run.approved_plan, run.asked_by) == (State.PENDING, "seen", "anna")
    assert run.asked_reason == "The shop was closed."


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"plan": "another"}, "has another plan than the one you saw"),
        ({"planned_at": timezone.now() - timedelta(hours=72, minutes=1)}, "over three days old"),
        ({"planned_at": None}, "over three days old"),
        ({"state": State.RUNNING}, "is not held"),
        ({"state": State.CANCELLED}, "is not held"),
        ({"plan": ""}, "is not held"),
    ],
)
def test_what_a_person_has_not_seen_like_this_is_not_approved(
    held: SyncRun, columns: dict[str, Any], words: str
) -> None:
    SyncRun.objects.update(**columns)
    with pytest.raises(by_hand.NotAllowed, match=words):
        approve(held)
    assert SyncRun.objects.get().approved_plan == ""


def test_a_plan_may_be_approved_for_three_days(held: SyncRun) -> None:
    SyncRun.objects.update(planned_at=timezone.now() - timedelta(hours=71, minutes=59))
    assert approve(held).state == State.PENDING


def test_an_approval_needs_a_reason(held: SyncRun) -> None:
    with pytest.raises(by_hand.NotAllowed, match="Say why"):
        approve(held, reason=" ")
    held.refresh_from_db()
    assert (held.state, held.approved_plan) == (State.HELD, "")


def test_a_run_is_approved_only_once(held: SyncRun) -> None:
    approve(held)
    with pytest.raises(by_hand.NotAllowed, match="is not held"):
        approve(held)
