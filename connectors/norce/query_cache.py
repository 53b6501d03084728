"""Keep what Query said for as long as Norce advises, and forget a customer when an event came."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
from django.core.cache import cache

from connectors.errors import PermanentError
from connectors.norce import wire

# Norce's advice by namespace, in figures of our own (query-event.md § 2.4). Orders and baskets are never kept.
LIFETIMES = {"Core": 12 * 3600, "Application": 12 * 3600, "Customers": 60}
# A mark must outlive every row that was kept before it.
MARK_LIFETIME = 2 * LIFETIMES["Customers"]
# A cache that is down, hangs or holds what another version of the hub wrote.
_FAULTS = (redis.RedisError, OSError, PermanentError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class QueryCache:
    """The cache of one application of one tenant, in Django's; it never stops a read.

    Forgetting works by a mark: rows that were asked for before it do not count after it, not even when
    they are stored later, and for no application. With REDIS_URL the mark reaches every process; without,
    each process has a cache of its own, `forget` reaches only the one that it runs in, and another may
    show a customer of up to a minute ago. Whoever acts on an event therefore reads fresh.
    """

    base_url: str
    application_id: int

    def rows(self, place: str, ask: Callable[[], list[Any]], *, fresh: bool) -> list[Any]:
        """Return the rows kept for a place, else those that ``ask`` returns, which are kept unless there are none.

        ``place`` begins with its namespace: ``Core/Countries``, ``Customers/Customers/50001``. ``fresh`` asks always.
        """
        mark, kept = self._found(place)
        if kept is not None and not fresh:
            return kept
        rows = ask()
        self._keep(place, mark, rows)
        return rows

    def forget(self, place: str) -> None:
        """Let no row of this place count that was asked for until now."""
        try:
            cache.set(self._mark(place), uuid.uuid4().hex, MARK_LIFETIME)
        except _FAULTS:
            return

    def _found(self, place: str) -> tuple[str, list[Any] | None]:
        """Return the place's mark, and the rows that were kept under it."""
        try:
            found = cache.get_many([self._mark(place), self._key(place)])
            mark = found.get(self._mark(place), "")
            kept_under, text = found.get(self._key(place), (None, ""))
            return mark, list(wire.decode(text)) if kept_under == mark else None
        except _FAULTS:
            return "", None

    def _keep(self, place: str, mark: str, rows: list[Any]) -> None:
        try:
            if rows:
                cache.set(self._key(place), (mark, wire.encoded(rows)), LIFETIMES[place.partition("/")[0]])
            else:
                cache.delete(self._key(place))
        except _FAULTS:
            return

    def _mark(self, place: str) -> str:
        return f"norce-query:mark:{_digest(self.base_url)}:{place}"

    def _key(self, place: str) -> str:
        return f"norce-query:{_digest(f'{self.base_url} {self.application_id}')}:{place}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
