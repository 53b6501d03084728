"""Norce's token endpoint: OAuth2 client credentials, and the check of the tokens it gave."""

from __future__ import annotations

import base64
import hmac
import secrets

import simplejson

from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import State

SCOPE = "playground"
TOKEN_SECONDS = 3600
BURST = 20
REFILL_PER_SECOND = 3 / 60


class Identity:
    """Gives tokens to the configured client: three a minute after a burst of twenty, then 429."""

    def __init__(self, state: State, options: SandboxOptions) -> None:
        self._state = state
        self._options = options
        self._left = float(BURST)
        self._counted_at = state.clock()

    def give_token(self, request: Request) -> Response:
        """Answer with a token for 3600 seconds; refuse with the error objects of RFC 6749 § 5.2."""
        self._take_from_quota()
        form = request.form()
        if form.get("grant_type") != "client_credentials":
            raise _error("unsupported_grant_type", "grant_type must be client_credentials, in a form body.")
        if not self._knows(form):
            raise _error("invalid_client", "client_id or client_secret is wrong.", status=401)
        if form.get("scope") != SCOPE:
            raise _error("invalid_scope", f"scope must be {SCOPE}.")
        return Response.json(
            {"access_token": self._new_token(), "expires_in": TOKEN_SECONDS, "token_type": "Bearer", "scope": SCOPE},
            headers={"Cache-Control": "no-store"},
        )

    def authorise(self, request: Request) -> None:
        """Refuse (401) a request without a token of ours that is still good."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._state.tokens.get(token, 0.0) <= self._state.clock():
            headers = {"WWW-Authenticate": "Bearer"}
            raise Refusal(401, "The bearer token is missing, unknown or expired.", headers=headers)

    def _knows(self, form: dict[str, str]) -> bool:
        given = f"{form.get('client_id')}:{form.get('client_secret')}"
        expected = f"{self._options.client_id}:{self._options.client_secret}"
        return hmac.compare_digest(given.encode(), expected.encode())

    def _take_from_quota(self) -> None:
        now = self._state.clock()
        self._left = min(BURST, self._left + (now - self._counted_at) * REFILL_PER_SECOND)
        self._counted_at = now
        if self._left < 1:
            raise Refusal(429, "Over 3 token requests a minute; keep the token for its 3600 seconds.")
        self._left -= 1

    def _new_token(self) -> str:
        now = self._state.clock()
        claims = {"client_id": self._options.client_id, "scope": [SCOPE], "exp": int(now) + TOKEN_SECONDS}
        token = ".".join([_encoded({"alg": "HS256", "typ": "JWT"}), _encoded(claims), secrets.token_urlsafe(32)])
        still_good = {known: until for known, until in self._state.tokens.items() if until > now}
        self._state.tokens = {**still_good, token: now + TOKEN_SECONDS}
        self._state.numbers["tokens"] += 1
        return token


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(simplejson.dumps(part).encode()).decode().rstrip("=")


def _error(code: str, description: str, status: int = 400) -> Refusal:
    return Refusal(status, f"{code}: {description}", data={"error": code, "error_description": description})
