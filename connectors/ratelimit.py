"""Keep an outside quota over all workers: take a slot, wait a moment for one, or say when there is one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.errors import TransientError
from connectors.models import RateBucket

WINDOW = 60.0
# Our clock and the other side's do not start the minute together, and calls travel at different speeds.
MARGIN = 1.5


@dataclass(frozen=True, kw_only=True)
class Quota:
    """So many calls a minute under one name; 0 means no limit but what a 429 asks for (`block`).

    ``reserve`` is what bulk traffic leaves free, so that an order never waits for an import.
    """

    name: str
    per_minute: int
    reserve: int = 0

    def for_bulk(self) -> Quota:
        """The same quota as imports may use it: a quarter is left for orders."""
        return Quota(name=self.name, per_minute=self.per_minute, reserve=self.per_minute // 4)


def wait_time(quota: Quota) -> float:
    """Return the seconds until the quota has a free slot; 0.0 when there is one now."""
    bucket = RateBucket.objects.filter(name=quota.name).first()
    return _wait(bucket, quota, time.time()) if bucket else 0.0


def take(quota: Quota, *, patience: float = 2.0) -> None:
    """Use one slot, waiting at most ``patience`` seconds for it.

    Raises TransientError with ``retry_after`` (and ``counts=False``: nothing was tried) when the
    quota is used up for longer than that. Norce: 60 Connect requests a minute per client (guide 003).
    """
    deadline = time.monotonic() + patience
    while not _take_once(quota):
        wait = wait_time(quota)
        if time.monotonic() + wait > deadline:
            raise TransientError("quota_used", quota=quota.name, seconds=round(wait), retry_after=wait, counts=False)
        time.sleep(max(wait, 0.01))


def block(name: str, seconds: float) -> None:
    """Let nobody call until ``seconds`` from now: the other side answered 429."""
    RateBucket.objects.get_or_create(name=name)
    RateBucket.objects.filter(name=name, blocked_until__lt=time.time() + seconds).update(
        blocked_until=time.time() + seconds
    )


def blocked(prefix: str) -> list[str]:
    """Return the names beginning so that nobody may call now."""
    names = RateBucket.objects.filter(name__startswith=prefix, blocked_until__gt=time.time())
    return list(names.values_list("name", flat=True))


def _take_once(quota: Quota) -> bool:
    if quota.per_minute <= 0:
        return wait_time(quota) == 0
    bucket, _ = RateBucket.objects.get_or_create(name=quota.name)
    now = time.time()
    if _wait(bucket, quota, now) > 0:
        return False
    calls = [*_in_window(bucket.calls, now), now]
    changed = RateBucket.objects.filter(name=quota.name, version=bucket.version).update(
        calls=calls, version=bucket.version + 1
    )
    return changed == 1


def _wait(bucket: RateBucket, quota: Quota, now: float) -> float:
    calls = _in_window(bucket.calls, now)
    free = quota.per_minute - quota.reserve
    full = calls[len(calls) - free] + WINDOW + MARGIN - now if 0 < free <= len(calls) else 0.0
    return max(full, bucket.blocked_until - now, 0.0)


def _in_window(calls: Iterable[float], now: float) -> list[float]:
    """Return the calls that count, oldest first; a moment ahead of us are those of a machine whose clock is."""
    return sorted(at for at in calls if abs(now - at) < WINDOW + MARGIN)
