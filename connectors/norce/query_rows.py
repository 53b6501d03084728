"""Read rows of one of Query's sets: one, all that match, or a page by Id; from the cache where that is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from connectors import next_link
from connectors.errors import PermanentError
from connectors.norce import odata, wire
from connectors.norce.api import NorceApi
from connectors.norce.message import Message
from connectors.norce.query_cache import QueryCache
from connectors.norce.reads import EntitySet

# The most rows of one answer; with $expand so many were too heavy and answered 500 (query-event.md § 2.4).
LARGEST_PAGE = 500
HEAVY_PAGE = 100

M = TypeVar("M", bound=Message)
Params = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class QueryRows:
    """The rows of one tenant in the context of one application. Errors as of `connectors.norce.query.NorceQuery`."""

    api: NorceApi
    version: str

    def one(self, wanted: EntitySet[M], number: int, *, fresh: bool) -> M | None:
        """Return the whole row with this Id, from the cache unless ``fresh``; None when there is none."""
        params = _params(wanted, odata.identified("Id", number))
        rows = self._cache.rows(f"{wanted.path}/{number}", partial(self._all, wanted.path, params), fresh=fresh)
        return _first(_read(wanted, rows))

    def forget(self, wanted: EntitySet[Message], number: int) -> None:
        """Let the row with this Id be read anew."""
        self._cache.forget(f"{wanted.path}/{number}")

    def listed(self, wanted: EntitySet[M], number: int | None) -> M | None:
        """Return the row with this Id of a short list, which is kept as a whole; None when there is none."""
        if number is None:
            return None
        rows = self._cache.rows(wanted.path, partial(self._all, wanted.path, {}), fresh=False)
        return _first([row for row in _read(wanted, rows) if getattr(row, "id", None) == number])

    def first(self, wanted: EntitySet[M], *conditions: str) -> M | None:
        """Return the first whole row that meets the conditions, None when there is none."""
        return _first(self.whole(wanted, *conditions))

    def whole(self, wanted: EntitySet[M], *conditions: str) -> list[M]:
        """Return every row that meets the conditions, with what it leads to."""
        return _read(wanted, self._all(wanted.path, _params(wanted, *conditions)))

    def every(self, wanted: EntitySet[M], condition: str = "") -> list[M]:
        """Return every row that meets the condition, without what it leads to."""
        return _read(wanted, self._all(wanted.path, {"$filter": condition}, bulk=True))

    def page(self, wanted: EntitySet[M], after: int, condition: str, select: Sequence[str] = ()) -> list[M]:
        """Return the next rows by Id, with these members or whole; empty when there are no more.

        Keyset paging: what is made or removed meanwhile neither hides a row nor shows one twice.
        """
        params = _params(wanted, odata.identified("Id", after, "gt"), condition)
        params |= {"$orderby": "Id", "$top": str(HEAVY_PAGE)}
        if select:
            params |= {"$select": odata.selected(select), "$expand": "", "$top": str(LARGEST_PAGE)}
        return _read(wanted, self._ask(wanted.path, params, bulk=True)["value"])

    @property
    def _cache(self) -> QueryCache:
        return QueryCache(base_url=self.api.http.base_url, application_id=self.api.application_id)

    def _all(self, path: str, params: Params, *, bulk: bool = False) -> list[Any]:
        def ask(query: str) -> dict[str, Any]:
            return self._ask(path, {} if query else params, query=query, bulk=bulk)

        return [row for page in next_link.pages(ask, f"{self.api.http.base_url}/{path}") for row in page]

    def _ask(self, path: str, params: Params, *, query: str = "", bulk: bool) -> dict[str, Any]:
        sent = {name: odata.in_version(self.version, value) for name, value in params.items() if value}
        place = f"{path}?{query}" if query else path
        answer = self.api.call("GET", place, operation=path, params=sent, bulk=bulk).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
            raise PermanentError("norce_no_list", path=path)
        return answer


def _params(wanted: EntitySet[Message], *conditions: str) -> Params:
    return {"$filter": odata.every(*conditions), "$expand": odata.expanded(wanted.expand)}


def _read(wanted: EntitySet[M], rows: Sequence[Any]) -> list[M]:
    return [wire.read(wanted.row, row) for row in rows]


def _first(rows: Sequence[M]) -> M | None:
    return rows[0] if rows else None
