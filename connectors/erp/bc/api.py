"""Authorised calls to Business Central's API v2.0: token, quota, pages, batches, and changes by ETag."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import quote

import simplejson
from django.core.cache import cache
from django.utils import timezone

from connectors import next_link
from connectors.erp.bc.address import Address
from connectors.erp.bc.reads import Read, Row, object_of, rows_of, target_of
from connectors.errors import ConfigError, PermanentError, TransientError
from connectors.http import Answer, Http, error_of
from connectors.moments import clock
from connectors.oauth import ClientToken, authorised
from connectors.ratelimit import Quota, block, take

Method = Literal["GET", "POST", "PATCH", "DELETE"]
VERSION = "v2.0"
# The most operations of one batch (operational-limits-online).
BATCH = 100
# A 429 promises no Retry-After; the window slides, so some calls are free again soon. Then the queue's own back-off.
PAUSE = (20.0, 40.0)
COMPANY_KEPT = 3600
# A call waits up to 8 minutes for one of five places, then runs for up to 10 (operational-limits-online).
WRITE_SECONDS = 20 * 60.0
STALE = (409, 412)
DOUBLED = "EntityWithSameKeyExists"


@dataclass(kw_only=True)
class BcApi:
    """Calls to one company; ``http`` has the host as its address."""

    http: Http
    token: ClientToken
    quota: Quota
    address: Address

    def call(
        self, operation: str, method: Method, path: str, *, headers: dict[str, str] | None = None, body: Any = None
    ) -> Answer:
        """Make one call below the host and return its answer; errors as of `Http.call`.

        A conflict (409) of a POST is tried again later, unless the record is there already: it may be a lock.
        """
        encoded = None if body is None else simplejson.dumps(body, use_decimal=True).encode()

        def once(token: str) -> Answer:
            take(self.quota)
            sent = {"Authorization": f"Bearer {token}", "Accept": "application/json", **(headers or {})}
            if encoded is not None:
                sent["Content-Type"] = "application/json"
            return self.http.call(operation, method, path, headers=sent, body=encoded)

        try:
            return authorised(self.token, once)
        except TransientError as error:
            if error.status == 429:
                block(self.quota.name, error.retry_after or random.uniform(*PAUSE))
            raise
        except PermanentError as error:
            if method == "POST" and error.status == 409 and DOUBLED not in error.message:
                raise TransientError("bc_conflict", said=error, status=409) from error
            raise

    def company(self) -> str:
        """Return the path of the company, whose id is asked for once an hour where its name is given."""
        return f"{self.address.root}/{VERSION}/companies({self._company_id()})"

    def page(self, operation: str, read: Read, size: int) -> tuple[list[Row], bool]:
        """Return the first page of a set and whether there is more; an empty page with a nextLink is followed."""
        path = f"{self.company()}/{target_of(read)}"
        rows: list[Row] = []
        more = True
        while more and not rows:
            answer = object_of(self.call(operation, "GET", path, headers={"Prefer": f"odata.maxpagesize={size}"}))
            rows, more = rows_of(answer), bool(answer.get(next_link.NEXT_LINK))
            path = self._next(answer, path) if more else path
        return rows, more

    def rows(self, operation: str, read: Read) -> list[Row]:
        """Return all rows of a set, of the company or of another API of it."""
        answer = object_of(self.call(operation, "GET", f"{self.company()}/{target_of(read)}"))
        return self._all(operation, answer)

    def batch(self, operation: str, reads: Sequence[Read], api: str = VERSION) -> list[list[Row]]:
        """Return the rows of several sets, in as few calls as can be; ``api`` may be ``publisher/group/version``."""
        found: list[list[Row]] = []
        for start in range(0, len(reads), BATCH):
            found += self._batch(operation, reads[start : start + BATCH], api)
        return found

    def create(self, operation: str, name: str, body: Row) -> Any:
        """Make a record in a set of the company; return Business Central's answer.

        Raises TransientError with ``under_way`` when none came: it may make the record long after the call.
        """
        try:
            return self.call(operation, "POST", self.set_path(name), body=body).json()
        except TransientError as error:
            if not error.outcome_unknown:
                raise
            until = clock(timezone.now() + timedelta(seconds=WRITE_SECONDS))
            raise TransientError(
                "erp_under_way", said=error, until=until, outcome_unknown=True, under_way=WRITE_SECONDS
            ) from error

    def change(
        self,
        operation: str,
        method: Literal["PATCH", "DELETE"],
        name: str,
        read: Callable[[], Row | None],
        body: Any = None,
    ) -> None:
        """Change or delete the record that ``read`` returns, unless it has changed since; then it is read once more.

        None is a record that is gone: nothing is left to do.

        Raises TransientError when it has changed a second time (409 by Microsoft's table of codes; 412 is taken too).
        """
        for _ in range(2):
            row = read()
            if row is None:
                return
            path = f"{self.company()}/{name}({row['id']})"
            try:
                self.call(operation, method, path, headers={"If-Match": row["@odata.etag"]}, body=body)
                return
            except PermanentError as error:
                if error.status not in (*STALE, 404):
                    raise
                said = error
        raise TransientError("bc_changed", said=said, status=409)

    def global_path(self, name: str) -> str:
        """Return the path of a set of the environment."""
        return f"{self.address.root}/{VERSION}/{name}"

    def company_resource(self, name: str) -> str:
        """Return a set of the company as subscriptions name it."""
        return f"/api/{VERSION}/companies({self._company_id()})/{name}"

    def all(self, operation: str, name: str) -> list[Row]:
        """Return all rows of a set of the environment."""
        return self._all(operation, object_of(self.call(operation, "GET", self.global_path(name))))

    def set_path(self, name: str) -> str:
        """Return the path of a set of the company."""
        return f"{self.company()}/{name}"

    def companies(self) -> list[Row]:
        """Return the companies of the environment."""
        return self.all("list companies", "companies")

    def _company_id(self) -> str:
        wanted = self.address.company
        if _is_guid(wanted):
            return wanted
        # Keys of a cache take no spaces; the API's host keeps a test server's company apart.
        key = "bc-company:" + quote(f"{self.address.api}|{self.address.root}|{wanted}", safe="")
        known = cache.get(key) or self._find_company(wanted)
        cache.set(key, known, COMPANY_KEPT)
        return str(known)

    def _find_company(self, wanted: str) -> str:
        rows = self.companies()
        found = [row["id"] for row in rows if wanted.casefold() in _names(row)]
        if len(found) != 1:
            names = ", ".join(str(row.get("name")) for row in rows)
            raise ConfigError("bc_companies", number=len(found), company=wanted, known=names)
        return str(found[0])

    def _batch(self, operation: str, reads: Sequence[Read], api: str) -> list[list[Row]]:
        company = f"companies({self._company_id()})"
        requests = [
            {"id": str(place), "method": "GET", "url": f"{company}/{target_of(read)}"}
            for place, read in enumerate(reads)
        ]
        path = f"{self.address.root}/{api}/$batch"
        try:
            answer = object_of(self.call(operation, "POST", path, body={"requests": requests}))
        except TransientError as error:
            # It only reads, so nothing can have happened.
            error.outcome_unknown = False
            raise
        parts = {part.get("id") or str(place): part for place, part in enumerate(answer.get("responses") or ())}
        return [self._part(operation, parts.get(request["id"])) for request in requests]

    def _part(self, operation: str, part: Row | None) -> list[Row]:
        if part is None:
            raise TransientError("bc_left_out", system=self.http.system, operation=operation)
        headers = {name.lower(): str(value) for name, value in (part.get("headers") or {}).items()}
        body = part.get("body") or {}
        answer = Answer(
            status=int(part["status"]), body=simplejson.dumps(body, use_decimal=True).encode(), headers=headers
        )
        failure = error_of(self.http.system, operation, "GET", answer)
        if failure:
            raise failure
        return self._all(operation, body)

    def _all(self, operation: str, answer: Row) -> list[Row]:
        rows, path, seen = rows_of(answer), "", set()
        while answer.get(next_link.NEXT_LINK):
            path = self._next(answer, path)
            if path in seen:
                raise PermanentError("bc_page_again")
            seen.add(path)
            answer = object_of(self.call(operation, "GET", path))
            rows += rows_of(answer)
        return rows

    def _next(self, answer: Row, path: str) -> str:
        address = f"{self.http.base_url}/{path.lstrip('/')}"
        return next_link.path_of(answer[next_link.NEXT_LINK], address, system="Business Central")


def _names(row: Row) -> tuple[str, str]:
    return str(row.get("name") or "").casefold(), str(row.get("displayName") or "").casefold()


def _is_guid(text: str) -> bool:
    return [len(part) for part in text.split("-")] == [8, 4, 4, 4, 12]
