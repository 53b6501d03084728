"""A quota shared by all workers: never more calls than allowed in any window, whoever makes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from connectors import ratelimit
from connectors.errors import TransientError
from connectors.models import RateBucket
from connectors.ratelimit import Quota, block, take, wait_time
from tests.threads import side_by_side

QUOTA = Quota(name="norce-connect", per_minute=4)
WINDOW = 61.5


class Clock:
    """A clock that passes only when somebody sleeps on it, and that may be ahead for one thread."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self._lock = threading.Lock()
        self._mine = threading.local()

    def set_ahead(self, seconds: float) -> None:
        self._mine.ahead = seconds

    def time(self) -> float:
        self._mine.last = self.now + getattr(self._mine, "ahead", 0.0)
        return float(self._mine.last)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds

    def taken_at(self) -> float:
        """Return the true time at which this thread's last slot was taken."""
        return float(self._mine.last) - getattr(self._mine, "ahead", 0.0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of `connectors.ratelimit`."""
    stopped = Clock()
    monkeypatch.setattr(ratelimit, "time", stopped)
    yield stopped


def most_in_a_window(times: list[float]) -> int:
    return max(sum(start <= at < start + WINDOW - 0.001 for at in times) for start in times)


def used_up(quota: Quota) -> TransientError:
    with pytest.raises(TransientError) as refused:
        take(quota)
    return refused.value


@pytest.mark.django_db
def test_it_gives_as_many_slots_as_the_quota_has(clock: Clock) -> None:
    for _ in range(4):
        take(QUOTA)
    refused = used_up(QUOTA)
    assert (refused.counts, refused.retry_after) == (False, WINDOW)
    assert wait_time(QUOTA) == WINDOW


@pytest.mark.django_db
def test_a_slot_is_free_again_when_the_oldest_call_has_left_the_window(clock: Clock) -> None:
    for _ in range(4):
        take(QUOTA)
        clock.sleep(10)
    assert wait_time(QUOTA) == pytest.approx(WINDOW - 40)
    clock.sleep(WINDOW - 40)
    take(QUOTA)
    assert wait_time(QUOTA) == pytest.approx(10)


@pytest.mark.django_db
def test_it_waits_a_moment_for_a_slot(clock: Clock) -> None:
    for _ in range(4):
        take(QUOTA)
    clock.sleep(60)
    take(QUOTA, patience=2)
    assert clock.now - 1_800_000_000 == pytest.approx(WINDOW)


@pytest.mark.django_db
def test_bulk_traffic_leaves_a_quarter_to_orders(clock: Clock) -> None:
    for _ in range(3):
        take(QUOTA.for_bulk())
    assert used_up(QUOTA.for_bulk()).retry_after == WINDOW
    take(QUOTA)
    assert used_up(QUOTA).retry_after == WINDOW


@pytest.mark.django_db
def test_the_smallest_quotas_give_bulk_traffic_something(clock: Clock) -> None:
    take(Quota(name="one", per_minute=1).for_bulk())
    assert used_up(Quota(name="one", per_minute=1).for_bulk())


@pytest.mark.django_db
@pytest.mark.parametrize("per_minute", [0, 4])
def test_nobody_calls_while_the_other_side_asks_for_a_pause(clock: Clock, per_minute: int) -> None:
    quota = Quota(name="norce-query", per_minute=per_minute)
    block(quota.name, 30)
    assert (wait_time(quota), used_up(quota).retry_after, used_up(quota.for_bulk()).retry_after) == (30, 30, 30)
    clock.sleep(30)
    take(quota)


@pytest.mark.django_db
def test_a_shorter_pause_does_not_end_a_longer_one(clock: Clock) -> None:
    block(QUOTA.name, 30)
    block(QUOTA.name, 5)
    assert wait_time(QUOTA) == 30
    block(QUOTA.name, 60)
    assert wait_time(QUOTA) == 60


@pytest.mark.django_db
def test_no_quota_is_no_limit(clock: Clock) -> None:
    for _ in range(100):
        take(Quota(name="free", per_minute=0))
    assert wait_time(Quota(name="free", per_minute=0)) == 0


@pytest.mark.django_db
def test_quotas_of_other_names_do_not_count(clock: Clock) -> None:
    for _ in range(4):
        take(QUOTA)
    take(Quota(name="norce-token", per_minute=4))


@pytest.mark.django_db
def test_calls_of_a_machine_whose_clock_is_ahead_count_too(clock: Clock) -> None:
    clock.set_ahead(0.7)
    take(QUOTA)
    clock.set_ahead(0)
    for _ in range(3):
        take(QUOTA)
    assert used_up(QUOTA)


@pytest.mark.django_db
def test_a_clock_that_was_hours_ahead_does_not_stop_everything(clock: Clock) -> None:
    RateBucket.objects.create(name=QUOTA.name, calls=[clock.now + 7200] * 4)
    take(QUOTA)


@pytest.mark.parametrize("ahead", [0.0, 0.9])
def test_four_workers_together_never_exceed_the_quota_in_any_window(
    many_connections: None, clock: Clock, ahead: float
) -> None:
    quota = Quota(name="norce-connect", per_minute=10)

    def work(number: int) -> list[float]:
        clock.set_ahead(ahead if number == 0 else 0.0)
        times: list[float] = []
        for _ in range(12):
            take(quota, patience=10**9)
            times.append(clock.taken_at())
        return times

    times = sorted(at for worker in side_by_side(4, work) for at in worker)
    assert len(times) == 48
    assert max(sum(start <= at < start + 60 for at in times) for start in times) <= 10
    assert ahead or most_in_a_window(times) <= 10


def test_a_bucket_that_two_make_at_once_is_one(many_connections: None, clock: Clock) -> None:
    side_by_side(4, lambda number: take(QUOTA, patience=10**9))
    buckets: list[Any] = list(RateBucket.objects.all())
    assert [len(bucket.calls) for bucket in buckets] == [4]
