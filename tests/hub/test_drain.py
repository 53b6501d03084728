"""What a ring starts: due work is done, in the right order, by as many workers as there are."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from connectors.models import RateBucket
from hub import beats, drain, outbox, registry, rings, tasks, work
from hub.broker import RingBroker
from hub.models import Attempt, ClusterBeat, OutboxMessage
from hub.models.work import State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """A handler that only notes the keys it was given; rings go to the database whatever the suite runs on."""
    keys: list[str] = []
    settings.REDIS_URL = ""
    monkeypatch.setattr(beats._Last, "at", float("-inf"))
    monkeypatch.setattr(drain._Turn, "idle", {})
    monkeypatch.setattr(rings, "get_broker", lambda: RingBroker("hub"))
    monkeypatch.setattr(rings, "async_task", lambda task: RingBroker("hub").enqueue(task))
    monkeypatch.setitem(registry._messages, "test", lambda message: keys.append(message.key))
    return keys


def put(number: int, **columns: Any) -> None:
    values = {"kind": "test", "system": "erp", "subject": f"order:{number}", "key": f"test:{number}"}
    outbox.put(**values | columns)


def test_it_does_what_is_due_oldest_first(done: list[str]) -> None:
    for number in (1, 2, 3):
        put(number)
    assert drain.drain(linger=0) == 3
    assert done == ["test:1", "test:2", "test:3"]


def test_a_key_is_put_once(done: list[str]) -> None:
    put(1)
    put(1)
    assert OutboxMessage.objects.count() == 1


def test_a_message_and_its_ring_vanish_with_their_transaction(done: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put(1)
        1 / 0  # noqa: B018
    assert (OutboxMessage.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_the_next_ring_after_a_rollback_is_not_folded(done: list[str]) -> None:
    test_a_message_and_its_ring_vanish_with_their_transaction(done)
    put(2)
    assert OrmQ.objects.count() == 1


def test_many_messages_share_a_ring(done: list[str]) -> None:
    for number in range(20):
        put(number)
    assert OrmQ.objects.count() < 5


def test_it_calls_the_other_workers_when_there_is_more(done: list[str]) -> None:
    put(1)
    put(2)
    OrmQ.objects.all().delete()
    drain.drain(linger=0)
    assert OrmQ.objects.count() == 1


def test_acknowledgements_wait_for_norces_quota_without_being_claimed(done: list[str], settings: Any) -> None:
    settings.NORCE_REQUESTS_PER_MINUTE = 1
    RateBucket.objects.create(name="norce-connect", calls=[timezone.now().timestamp()])
    put(1, system="norce")
    assert drain.step() is False
    assert Attempt.objects.count() == 0
    assert drain.anything_due() and not drain.neglected_since(timezone.now())


def test_orders_go_to_the_erp_while_norces_quota_is_used_up(done: list[str], settings: Any) -> None:
    settings.NORCE_REQUESTS_PER_MINUTE = 1
    RateBucket.objects.create(name="norce-connect", calls=[timezone.now().timestamp()])
    put(1, system="norce")
    put(2)
    assert drain.step() is True
    assert done == ["test:2"]


def test_workers_that_are_being_stopped_begin_nothing_new(done: list[str]) -> None:
    put(1)
    ClusterBeat.objects.create(name=work.cluster_name(), stopping=True)
    assert drain.drain(linger=0) == 0
    assert OutboxMessage.objects.get().state == State.PENDING


def test_a_message_without_a_handler_says_so(done: list[str]) -> None:
    put(1, kind="nobody")
    drain.step()
    assert "No handler for messages of kind nobody" in OutboxMessage.objects.get().error


def test_draining_is_a_sign_of_life(done: list[str]) -> None:
    tasks.drain()
    assert beats.last_beat(work.cluster_name()) > timezone.now() - timedelta(seconds=30)


def test_a_ring_is_delivered_once_even_when_nobody_answers_it(done: list[str]) -> None:
    broker = RingBroker("hub")
    broker.enqueue("ring")
    assert [payload for _, payload in broker.dequeue()] == ["ring"]
    assert broker.dequeue() is None
    assert (broker.queue_size(), broker.lock_size()) == (0, 0)


def test_a_lost_ring_costs_no_order(done: list[str]) -> None:
    put(1)
    OrmQ.objects.all().delete()
    tasks.sweep()
    assert OrmQ.objects.count() == 1


def test_a_queue_that_is_away_does_not_stop_the_intake(
    done: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(rings, "async_task", lambda task: 1 / 0)
    put(1)
    assert OutboxMessage.objects.count() == 1


def test_a_backlog_for_the_erp_does_not_keep_acknowledgements_waiting(done: list[str]) -> None:
    for number in range(1, 9):
        put(number)
    put(9, system="norce")
    for _ in range(4):
        drain.step()
    assert "test:9" in done


def test_a_burst_of_one_kind_is_not_held_up_by_looking_for_others(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "PAUSE", 60)
    for number in range(1, 12):
        put(number)
    for _ in range(6):
        drain.step()
    with CaptureQueriesContext(connection) as statements:
        for _ in range(5):
            drain.step()
    asked = [statement["sql"] for statement in statements if statement["sql"].startswith("SELECT")]
    assert len(done) == 11
    assert not any(table in sql for sql in asked for table in ("hub_inboxevent", "hub_norcejob", "hub_syncrun"))


def test_a_kind_that_had_nothing_a_moment_ago_is_found_when_there_is_nothing_else(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "PAUSE", 60)
    assert not drain.step()
    put(1, system="norce")
    assert drain.step()
    assert done == ["test:1"]


def test_a_kind_that_had_nothing_has_its_turn_again_after_a_moment(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain._Turn, "idle", dict.fromkeys(range(5), time.monotonic() - drain.PAUSE))
    test_a_backlog_for_the_erp_does_not_keep_acknowledgements_waiting(done)
