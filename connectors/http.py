"""One way to call out: a time limit on every call, typed errors, and a record without secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import requests
import simplejson

from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.redaction import redact_body, redact_text, redact_url

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
        except ValueError as error:
            raise PermanentError(f"The answer is not JSON: {redact_body(self.body)[:200]}") from error


def _nothing() -> None:
    return None


def _forget(record: CallRecord) -> None:
    return None


@dataclass(kw_only=True)
class Http:
    """A session to one system.

    ``before`` runs before each call (the hub extends its lease there and refuses to call inside a
    transaction); ``record`` gets every finished call, failed ones too.
    """

    system: str
    base_url: str
    before: Callable[[], None] = _nothing
    record: Callable[[CallRecord], None] = _forget
    session: requests.Session = field(default_factory=requests.Session)
    auth: tuple[str, str] | None = None

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
        have happened), ConfigError (401, 403, 404 of a base address) or PermanentError (other 4xx).
        """
        self.before()
        url = f"{self.base_url}/{path.lstrip('/')}"
        request = requests.Request(method, url, params=params, headers=headers, data=body, auth=self.auth)
        prepared = self.session.prepare_request(request)
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

    def _send(self, prepared: requests.PreparedRequest) -> Answer:
        settings = self.session.merge_environment_settings(prepared.url, {}, True, None, None)
        response = self.session.send(
            prepared, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT), allow_redirects=False, **settings
        )
        with response:
            return Answer(
                status=response.status_code,
                body=_read(response),
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


def _read(response: requests.Response) -> bytes:
    deadline = time.monotonic() + DEADLINE
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(64 * 1024):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline or size > BODY_LIMIT:
            raise requests.exceptions.ReadTimeout(f"No complete answer in {DEADLINE:.0f} s and {BODY_LIMIT} bytes")
    return b"".join(chunks)


def error_of(system: str, operation: str, method: str, answer: Answer) -> HubError | None:
    """Return the error that an answer's status means, or None when it is good.

    Redirects are errors: no API of ours redirects, and a POST must not be repeated elsewhere.
    """
    status = answer.status
    if status < 300:
        return None
    text = f"{system} answered {status} to {operation}: {redact_body(answer.body)[:500] or 'no text'}"
    if status == 429:
        return TransientError(text, retry_after=retry_after(answer.headers), counts=False, status=429)
    if status == 408 or status >= 500:
        unknown = method != "GET" and status != 503
        wait = retry_after(answer.headers)
        return TransientError(text, retry_after=wait, outcome_unknown=unknown, status=status)
    if status in (401, 403):
        remedy = f"Check the address, the user and the rights of {system}, then Retry."
        return ConfigError(text, remedy=remedy, status=status)
    if status < 400:
        return ConfigError(text, remedy=f"Check the address of {system}: it sends us elsewhere.", status=status)
    return PermanentError(text, remedy="Correct what the text names, then Retry.", status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the Retry-After header in seconds (number or HTTP date, at most an hour), None without one."""
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdigit():
        return min(float(value), RETRY_AFTER_LIMIT)
    with suppress(TypeError, ValueError):
        return min(max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0), RETRY_AFTER_LIMIT)
    return None


def _network_error(system: str, operation: str, method: str, error: requests.RequestException) -> HubError:
    never_sent = isinstance(error, requests.exceptions.ConnectTimeout) or "NewConnectionError" in repr(error)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return ConfigError(f"The address of {system} cannot be used: {type(error).__name__}.")
    return TransientError(
        f"{system} did not answer {operation} ({type(error).__name__}).",
        outcome_unknown=method != "GET" and not never_sent,
    )
