"""One authorised call to a Norce API: quota, token, header, and a second try with a fresh token after a 401."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import TransientError
from connectors.http import Answer, Http
from connectors.norce.auth import NorceToken
from connectors.oauth import authorised
from connectors.ratelimit import Quota, block, take

# Norce publishes neither its answer above the limit nor a Retry-After (not found): a minute is its window.
PAUSE_WITHOUT_RETRY_AFTER = 60.0


@dataclass(kw_only=True)
class NorceApi:
    """Calls below one base path of Norce under one quota."""

    http: Http
    token: NorceToken
    quota: Quota
    application_id: int = 0

    def call(
        self,
        method: Any,
        path: str,
        *,
        operation: str = "",
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        bulk: bool = False,
    ) -> Answer:
        """Make one call; errors as of `Http.call`. A 401 is tried once more with a new token.

        ``bulk`` calls leave the orders' share of the quota alone.
        """

        def once(token: str) -> Answer:
            take(self.quota.for_bulk() if bulk else self.quota)
            sent = self._headers(token, body) | dict(headers or {})
            return self.http.call(operation or path, method, path, params=params, headers=sent, body=body)

        return self._minding_the_quota(lambda: authorised(self.token, once))

    def _headers(self, token: str, body: bytes | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.application_id:
            headers["application-id"] = str(self.application_id)
        return headers

    def _minding_the_quota(self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except TransientError as error:
            if error.status == 429:
                block(self.quota.name, error.retry_after or PAUSE_WITHOUT_RETRY_AFTER)
            raise
