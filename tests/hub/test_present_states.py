"""Present states: one of a kind waits at a time, the one being done is followed by another, the last state is told."""

from __future__ import annotations

import pytest
from django.utils import timezone

from connectors.errors import HoldError, PermanentError, TransientError
from hub import by_hand, outbox, work
from hub.models import Attempt, InboxEvent, OutboxMessage
from hub.models.work import State
from hub.sweeping import sweep

pytestmark = pytest.mark.django_db(transaction=True)


def put() -> None:
    outbox.put_present(kind="erp.customer", system="erp:default", subject="customer:default:C1", fold="erp.customer:C1")


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


def claimed() -> OutboxMessage:
    item = work.claim(OutboxMessage.claimable())
    assert item is not None
    return item


def test_only_one_of_a_kind_waits() -> None:
    for _ in range(3):
        put()
    assert states() == [State.PENDING]


def test_one_that_is_being_done_is_followed_by_another_that_waits_for_its_end() -> None:
    put()
    claimed()
    put()
    put()
    assert states() == [State.RUNNING, State.PENDING]
    assert work.claim(OutboxMessage.claimable()) is None


def test_the_same_state_is_told_again_after_it_was_done() -> None:
    put()
    work.perform(claimed(), lambda item: None)
    put()
    assert states() == [State.DONE, State.PENDING]


def test_one_that_fails_for_now_leaves_the_rest_to_the_one_that_waits() -> None:
    put()
    item = claimed()
    put()
    work.settle(item, TransientError("The ERP is away."))
    assert states() == [State.SUPERSEDED, State.PENDING]
    assert Attempt.objects.get().error == "The ERP is away."
    claimed()


def test_one_that_fails_for_now_waits_itself_when_no_other_does() -> None:
    put()
    work.settle(claimed(), TransientError("The ERP is away."))
    put()
    assert states() == [State.PENDING]


@pytest.mark.parametrize("error", [PermanentError("No."), HoldError("Which?")])
def test_one_that_has_stopped_does_not_hold_up_the_next(error: PermanentError) -> None:
    put()
    work.settle(claimed(), error)
    put()
    assert states() == [State.SUPERSEDED, State.PENDING]
    claimed()


def test_one_whose_worker_died_leaves_the_rest_to_the_one_that_waits() -> None:
    put()
    claimed()
    put()
    OutboxMessage.objects.filter(state=State.RUNNING).update(lease_until=timezone.now())
    assert sweep([OutboxMessage]) == 1
    assert (states(), Attempt.objects.get().outcome) == ([State.SUPERSEDED, State.PENDING], Attempt.Outcome.LOST)


def test_a_stopped_one_cannot_be_retried_beside_one_that_waits() -> None:
    put()
    work.settle(claimed(), PermanentError("No."))
    first = OutboxMessage.objects.get()
    OutboxMessage.objects.create(kind="a", system="erp:default", subject="b", key="c", fold="erp.customer:C1")
    with pytest.raises(by_hand.NotAllowed, match="another one of its kind"):
        by_hand.retry(first, by="anna", reason="mended")


def test_an_event_that_fails_for_now_leaves_the_rest_to_the_one_that_waits() -> None:
    about = {"event_type": "CustomerChangedNotification", "subject": "norce_customer:5", "body": b""}
    InboxEvent.objects.create(**about)
    item = work.claim(InboxEvent.claimable())
    assert item is not None
    InboxEvent.objects.create(**about)
    work.settle(item, TransientError("Norce is away."))
    assert set(InboxEvent.objects.values_list("state", flat=True)) == {State.SUPERSEDED, State.PENDING}
