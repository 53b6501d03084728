"""Keep what was read for a short time, in Django's cache; one that is down stops no read."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

import redis
from django.core.cache import cache

T = TypeVar("T")
# A cache that is down or hangs, and one that holds what another version of the hub kept.
_OTHER_VERSION = (pickle.PickleError, AttributeError, EOFError, ImportError, LookupError, TypeError, ValueError)
FAULTS = (redis.RedisError, OSError, *_OTHER_VERSION)


def kept(place: str, what: tuple[object, ...], seconds: int, read: Callable[[], T | None]) -> T | None:
    """Return what is kept under a place and ``what`` was asked, else what ``read`` returns, kept unless None.

    What was asked goes into the key as a hash only: codes and numbers of people stay out of the cache's keys.
    """
    key = f"{place}:{sha256(repr(what).encode()).hexdigest()}"
    found = _get(key) if seconds else None
    if found is not None:
        value: T = found
        return value
    fresh = read()
    if fresh is not None and seconds:
        _set(key, fresh, seconds)
    return fresh


def _get(key: str) -> Any:
    try:
        return cache.get(key)
    except FAULTS:
        return None


def _set(key: str, value: object, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except FAULTS:
        return
