"""One way to call out: a time limit on every call, typed errors, and a record without secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote

import requests
import simplejson
import urllib3

from connectors.error_text import said
from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.redaction import redact_body, redact_text, redact_url
from connectors.unsent import was_never_sent

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
# A server that sends a byte now and then never runs into the read timeout.
DEADLINE = 60.0
BODY_LIMIT = 64 * 1024 * 1024
RETRY_AFTER_LIMIT = 3600.0


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """What is kept of one call out; addresses and bodies are redacted already. ``ms`` is its duration."""

    system: str
    operation: str
    method: str
    url: str
    status: int | None
    ms: int
    request: str
    response: str
    error: str
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A successful answer: its status, body and headers (names in lower case)."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """Return the body decoded with exact decimals; raise PermanentError when it is not JSON."""
        try:
            return simplejson.loads(self.body, use_decimal=True) if self.body.strip() else None
        except (ValueError, RecursionError) as error:
            raise PermanentError("answer_not_json", body=redact_body(self.body)[:200]) from error


def segment(text: str) -> str:
    """Return a code as one segment of a path; raise PermanentError for one that would lead to another place."""
    if text in ("", ".", ".."):
        raise PermanentError("code_unusable", text=repr(text))
    return quote(text, safe="")


def _nothing() -> None:
    return None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _forget(record: CallRecord) -> None:
    return None


@dataclass(kw_only=True)
class Http:
    """A session to one system.

    ``before`` runs before each call (the hub extends its lease there and refuses to call inside a
    transaction); ``record`` gets every finished call, failed ones too. ``patience`` is how many seconds
    a whole answer may take, where less is wanted than the limits above.
    """

    system: str
    base_url: str
    before: Callable[[], None] = _nothing
    record: Callable[[CallRecord], None] = _forget
    session: requests.Session = field(default_factory=requests.Session)
    auth: tuple[str, str] | None = None
    patience: float = DEADLINE

    def get(self, operation: str, path: str, **options: Any) -> Answer:
        """Read; options as of `call`."""
        return self.call(operation, "GET", path, **options)

    def post(self, operation: str, path: str, **options: Any) -> Answer:
        """Write; options as of `call`."""
        return self.call(operation, "POST", path, **options)

    def call(
        self,
        operation: str,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Make one call and return its answer (status below 400).

        Raises TransientError (network, timeout, 408, 429, 5xx; ``outcome_unknown`` when a write may
        have happened), ConfigError (an address that is none, 3xx, 401, 403) or PermanentError (other 4xx).
        """
        self.before()
        url = f"{self.base_url}/{path.lstrip('/')}"
        prepared = self._prepare(requests.Request(method, url, params=params, headers=headers, data=body))
        started = time.monotonic()
        answer: Answer | None = None
        failure: HubError | None = None
        try:
            answer = self._send(prepared)
            failure = error_of(self.system, operation, method, answer)
        except requests.RequestException as error:
            failure = _network_error(self.system, operation, method, error)
        self._record(operation, prepared, answer, failure, time.monotonic() - started)
        if failure is not None:
            raise failure
        assert answer is not None
        return answer

    def _prepare(self, request: requests.Request) -> requests.PreparedRequest:
        # Without an answer of ours, requests would put a password of ~/.netrc in the bearer token's place.
        request.auth = self.auth or _as_it_is
        try:
            return self.session.prepare_request(request)
        except requests.RequestException as error:
            raise _unusable_address(self.system, error) from error

    def _send(self, prepared: requests.PreparedRequest) -> Answer:
        settings: dict[str, Any] = {**self.session.merge_environment_settings(prepared.url, {}, True, None, None)}
        # The adapter and not `session.send`, which reads all of a redirect's body before we may look at the clock.
        adapter = self.session.get_adapter(prepared.url or "")
        deadline = time.monotonic() + min(DEADLINE, self.patience)
        timeout = (CONNECT_TIMEOUT, min(READ_TIMEOUT, self.patience))
        response = adapter.send(prepared, timeout=timeout, **settings)
        with response:
            return Answer(
                status=response.status_code,
                body=_read(response, deadline),
                headers={name.lower(): value for name, value in response.headers.items()},
            )

    def _record(
        self,
        operation: str,
        prepared: requests.PreparedRequest,
        answer: Answer | None,
        failure: HubError | None,
        seconds: float,
    ) -> None:
        self.record(
            CallRecord(
                system=self.system,
                operation=operation,
                method=prepared.method or "",
                url=redact_url(prepared.url or ""),
                status=answer.status if answer else None,
                ms=round(seconds * 1000),
                request=redact_body(prepared.body),
                response=redact_body(answer.body) if answer else "",
                error=redact_text(failure.message) if failure else "",
                request_id=answer.headers.get("x-request-id", "") if answer else "",
            )
        )


def _read(response: requests.Response, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        # `read1` gives what has come; a read of a whole block waits for all of it and never sees the clock.
        while chunk := response.raw.read1(64 * 1024, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if time.monotonic() > deadline or size > BODY_LIMIT:
                raise requests.exceptions.ReadTimeout(f"No complete answer in time and {BODY_LIMIT} bytes")
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ConnectionError(error) from error
    return b"".join(chunks)


def error_of(system: str, operation: str, method: str, answer: Answer) -> HubError | None:
    """Return the error that an answer's status means, or None when it is good.

    Redirects are errors: no API of ours redirects, and a POST must not be repeated elsewhere.
    """
    status = answer.status
    if status < 300:
        return None
    told: dict[str, Any] = {"system": system, "operation": operation, "said": said(answer.body)}
    if status == 429:
        wait = retry_after(answer.headers)
        return TransientError("call_throttled", retry_after=wait, counts=False, status=429, **told)
    if status == 408 or status >= 500:
        unknown = method != "GET" and status != 503
        wait = retry_after(answer.headers)
        return TransientError("call_failed", retry_after=wait, outcome_unknown=unknown, status=status, **told)
    if status in (401, 403):
        return ConfigError("call_denied", status=status, **told)
    if status < 400:
        return ConfigError("call_redirected", status=status, **told)
    return PermanentError("call_refused", status=status, **told)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the Retry-After header in seconds (number or HTTP date, at most an hour), None without one."""
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdigit():
        return min(float(value), RETRY_AFTER_LIMIT)
    with suppress(TypeError, ValueError):
        return min(max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0), RETRY_AFTER_LIMIT)
    return None


def _network_error(system: str, operation: str, method: str, error: requests.RequestException) -> HubError:
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return _unusable_address(system, error)
    return TransientError(
        "no_answer",
        system=system,
        operation=operation,
        fault=type(error).__name__,
        outcome_unknown=method != "GET" and not was_never_sent(error),
    )


def _unusable_address(system: str, error: Exception) -> ConfigError:
    return ConfigError("address_unusable", system=system, fault=type(error).__name__)
