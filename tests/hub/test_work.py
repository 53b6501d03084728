"""Claim, settle, back off, sweep: who has a piece of work, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.errors import ConfigError, HoldError, MappingError, PermanentError, TransientError
from hub import by_hand, work
from hub.models import Attempt, OutboxMessage
from hub.models.work import ErrorKind, State
from hub.sweeping import MAX_LOSSES, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def message(number: int = 1, **columns: Any) -> OutboxMessage:
    values = {"kind": "test", "system": "erp", "subject": f"order:{number}", "key": f"test:{number}"}
    return OutboxMessage.objects.create(**values | columns)


def claimed(item: OutboxMessage | None = None) -> OutboxMessage:
    found = work.claim(OutboxMessage.claimable())
    assert found is not None and (item is None or found.pk == item.pk)
    return found


def raising(error: BaseException) -> Callable[[OutboxMessage], None]:
    def handler(item: OutboxMessage) -> None:
        raise error

    return handler


def expire(item: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=item.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def again(item: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=item.pk).update(not_before=timezone.now())


def test_it_counts_the_attempt_when_it_claims() -> None:
    item = claimed(message())
    assert (item.state, item.attempts, item.tries) == (State.RUNNING, 1, 1)
    assert Attempt.objects.get().outcome == Attempt.Outcome.RUNNING


def test_only_one_claims_a_row() -> None:
    message()
    assert claimed() is not None
    assert work.claim(OutboxMessage.claimable()) is None


def test_two_that_saw_the_same_row_do_not_both_get_it() -> None:
    item = message()
    claimed(item)
    assert work._claim_one(OutboxMessage, item.pk) is None


def test_it_does_not_claim_what_is_not_due() -> None:
    message(not_before=timezone.now() + timedelta(minutes=1))
    assert work.claim(OutboxMessage.claimable()) is None


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.FAILED, State.HELD])
def test_a_message_waits_for_the_earlier_one_of_its_subject(state: State) -> None:
    message(1, state=state, not_before=timezone.now() + timedelta(minutes=1))
    message(2, subject="order:1")
    assert work.claim(OutboxMessage.claimable()) is None


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_a_message_goes_when_the_earlier_one_is_over(state: State) -> None:
    message(1, state=state)
    claimed(message(2, subject="order:1"))


def test_messages_of_one_subject_to_two_systems_do_not_wait_for_each_other() -> None:
    message(1, state=State.FAILED)
    claimed(message(2, subject="order:1", system="norce"))


def test_two_messages_with_one_serial_never_run_together() -> None:
    first, second = message(1, serial="buyer:a@example.com"), message(2, serial="buyer:a@example.com")
    claimed(first)
    assert work.claim(OutboxMessage.claimable()) is None
    assert work._claim_one(OutboxMessage, second.pk) is None
    work.perform(OutboxMessage.objects.get(pk=first.pk), lambda item: None)
    claimed(second)


def test_an_earlier_message_taken_up_again_waits_for_a_later_one_that_is_being_sent() -> None:
    earlier, later = message(1, state=State.CANCELLED), message(2, subject="order:1")
    claimed(later)
    by_hand.retry(earlier, by="alice", reason="The ERP has it again.")
    assert work.claim(OutboxMessage.claimable()) is None
    work.perform(OutboxMessage.objects.get(pk=later.pk), lambda item: None)
    claimed(earlier)


def test_two_workers_never_tell_norce_of_one_subject_together() -> None:
    earlier, later = (message(number, subject="order:1", system="norce") for number in (1, 2))
    other = message(3, subject="order:3", system="norce")
    assert work._claim_one(OutboxMessage, later.pk)
    assert work._claim_one(OutboxMessage, earlier.pk) is None
    assert work._claim_one(OutboxMessage, other.pk)


def test_done_is_done() -> None:
    work.perform(claimed(message()), lambda item: None)
    item = OutboxMessage.objects.get()
    assert (item.state, item.error, item.lease_until) == (State.DONE, "", None)
    assert Attempt.objects.get().outcome == Attempt.Outcome.DONE
    assert work.claim(OutboxMessage.claimable()) is None


@pytest.mark.parametrize(
    ("error", "state", "kind"),
    [
        (PermanentError("No.", remedy="Mend it."), State.FAILED, ErrorKind.PERMANENT),
        (ConfigError("No.", remedy="Mend it."), State.FAILED, ErrorKind.CONFIG),
        (MappingError("No.", remedy="Mend it."), State.FAILED, ErrorKind.MAPPING),
        (HoldError("No.", remedy="Mend it."), State.HELD, ErrorKind.HOLD),
        (KeyError("surprise"), State.FAILED, ErrorKind.INTERNAL),
    ],
)
def test_the_error_decides_and_says_what_to_do(error: Exception, state: State, kind: ErrorKind) -> None:
    work.perform(claimed(message()), raising(error))
    item = OutboxMessage.objects.get()
    assert (item.state, item.error_kind) == (state, kind)
    assert item.error and item.remedy
    assert Attempt.objects.get().error.startswith(item.error)


def test_a_temporary_error_comes_back_later() -> None:
    work.perform(claimed(message()), raising(TransientError("Busy.")))
    item = OutboxMessage.objects.get()
    assert (item.state, item.error, item.attempts) == (State.PENDING, "Busy.", 1)
    assert item.not_before > timezone.now() + timedelta(seconds=1)


def test_it_honours_the_wish_of_the_other_side() -> None:
    work.perform(claimed(message()), raising(TransientError("Busy.", retry_after=120)))
    wait = OutboxMessage.objects.get().not_before - timezone.now()
    assert timedelta(seconds=118) < wait <= timedelta(seconds=121)


def test_what_was_not_really_tried_does_not_count() -> None:
    work.perform(claimed(message()), raising(TransientError("Full.", retry_after=0, counts=False)))
    item = OutboxMessage.objects.get()
    assert (item.attempts, item.tries) == (0, 1)
    assert Attempt.objects.get().outcome == Attempt.Outcome.POSTPONED


def test_it_gives_up_when_the_allowance_is_used_up(settings: Any) -> None:
    settings.HUB_MAX_ATTEMPTS = 2
    item = message()
    for _ in range(2):
        work.perform(claimed(item), raising(TransientError("Busy.")))
        again(item)
    item.refresh_from_db()
    assert (item.state, item.error_kind) == (State.FAILED, ErrorKind.EXHAUSTED)


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    pauses = [max(work.pause(attempts) for _ in range(50)) for attempts in range(1, 12)]
    assert pauses == sorted(pauses, key=lambda value: min(value, 800))
    assert max(pauses) <= work.LONGEST_PAUSE


def test_who_has_lost_the_lease_settles_nothing() -> None:
    late = claimed(message())
    expire(late)
    sweep([OutboxMessage])
    present = claimed()
    assert work.perform(late, lambda item: None) is False
    assert work.perform(late, raising(PermanentError("Old news."))) is False
    assert OutboxMessage.objects.get().state == State.RUNNING
    assert work.perform(present, lambda item: None) is True
    outcomes = Attempt.objects.order_by("number").values_list("outcome", flat=True)
    assert list(outcomes) == [Attempt.Outcome.LOST, Attempt.Outcome.DONE]


def test_who_has_lost_the_lease_makes_no_further_call() -> None:
    late = claimed(message())
    expire(late)
    sweep([OutboxMessage])
    with pytest.raises(work.LeaseLost):
        work.beat(late)


def test_a_sign_of_life_keeps_the_lease() -> None:
    item = claimed(message())
    expire(item)
    work.beat(item)
    assert sweep([OutboxMessage]) == 0


def test_a_row_that_kills_its_workers_ends_as_failed() -> None:
    item = message()
    for _ in range(MAX_LOSSES):
        expire(claimed(item))
        sweep([OutboxMessage])
    item.refresh_from_db()
    assert (item.state, item.error_kind, item.tries) == (State.FAILED, ErrorKind.TIMEOUT, MAX_LOSSES)
    assert Attempt.objects.filter(outcome=Attempt.Outcome.LOST).count() == MAX_LOSSES


def test_retry_gives_a_fresh_allowance_and_keeps_the_evidence() -> None:
    item = message()
    work.perform(claimed(item), raising(PermanentError("Wrong part number.")))
    by_hand.retry(item, by="alice", reason="Part number added in the ERP.")
    work.perform(claimed(item), lambda item: None)
    first, second = Attempt.objects.order_by("number")
    assert (first.outcome, first.error) == (Attempt.Outcome.FAILED, "Wrong part number.")
    assert (second.number, second.asked_by, second.reason) == (2, "alice", "Part number added in the ERP.")


def test_retry_is_refused_while_an_attempt_holds_the_lease() -> None:
    item = claimed(message())
    with pytest.raises(by_hand.NotAllowed, match="running"):
        by_hand.retry(item, by="alice", reason="Hurry.")


@pytest.mark.parametrize("deed", [by_hand.retry, by_hand.cancel])
def test_a_person_must_say_why(deed: Callable[..., None]) -> None:
    with pytest.raises(by_hand.NotAllowed, match="why"):
        deed(message(state=State.FAILED), by="alice", reason="  ")


def test_cancel_frees_the_later_messages_of_the_subject() -> None:
    stuck = message(1, state=State.FAILED)
    later = message(2, subject="order:1")
    by_hand.cancel(stuck, by="alice", reason="The buyer took it back.")
    claimed(later)
    assert Attempt.objects.get(item_id=stuck.pk).reason == "The buyer took it back."


def test_cancel_is_refused_while_an_attempt_holds_the_lease() -> None:
    with pytest.raises(by_hand.NotAllowed):
        by_hand.cancel(claimed(message()), by="alice", reason="Stop.")
