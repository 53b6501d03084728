"""OAuth2 client credentials: one token for all workers, fetched by one of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from connectors.errors import ConfigError, HubError, TransientError
from connectors.http import Answer as HttpAnswer
from connectors.http import CallRecord, Http, error_of, retry_after
from connectors.models import AccessToken
from connectors.ratelimit import Quota, take

TIMEOUT = 10.0
FRESH = 60.0
LEASE = 15.0
PATIENCE = 12.0


@dataclass(kw_only=True)
class ClientToken:
    """Gives the bearer token of one account of an outside system.

    ``who`` is the system's name for people, ``settings`` what to check when it refuses the account. Token
    calls are few (Norce allows three a minute), so the token lives in a row that all workers read; the
    one that finds it old takes a short lease and fetches, the others wait for the row.
    """

    http: Http
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    who: str
    settings: str
    quota: Quota

    def get(self) -> str:
        """Return a token with at least a minute left.

        Raises ConfigError when the account is refused, TransientError when it cannot be asked now.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            row, _ = AccessToken.objects.get_or_create(name=self._name)
            if row.token and row.expires_at - FRESH > time.time():
                return row.token
            if self._take_lease():
                return self._fetch()
            time.sleep(0.05)
        raise TransientError("token_busy", who=self.who, retry_after=2.0, counts=False)

    def forget(self, token: str) -> None:
        """Drop a token that was called expired, unless it was replaced already."""
        AccessToken.objects.filter(name=self._name, token=token).update(token="", expires_at=0)

    @property
    def _name(self) -> str:
        return f"{self.url}|{self.client_id}|{self.scope}"[:200]

    def _take_lease(self) -> bool:
        now = time.time()
        rows = AccessToken.objects.filter(name=self._name, fetching_until__lt=now, expires_at__lte=now + FRESH)
        return rows.update(fetching_until=now + LEASE) == 1

    def _fetch(self) -> str:
        try:
            take(self.quota, patience=0.5)
            token, lifetime = self._ask()
        except HubError:
            AccessToken.objects.filter(name=self._name).update(fetching_until=0)
            raise
        AccessToken.objects.filter(name=self._name).update(
            token=token, expires_at=time.time() + lifetime, fetching_until=0
        )
        return token

    def _ask(self) -> tuple[str, float]:
        self.http.before()
        started = time.monotonic()
        answers: list[requests.Response] = []
        failure: HubError | None = None
        try:
            token = self._session(answers).fetch_token(
                self.url,
                client_id=self.client_id,
                client_secret=self.client_secret,
                include_client_id=True,
                scope=self.scope.split(),
                timeout=TIMEOUT,
            )
            if not token["access_token"]:
                raise ValueError("an empty token")
            return str(token["access_token"]), float(token.get("expires_in") or 3600)
        except requests.RequestException as error:
            failure = TransientError("token_not_answered", who=self.who, fault=type(error).__name__)
        except (OAuth2Error, ValueError, KeyError, TypeError, AttributeError) as error:
            failure = self._refusal(answers, error)
        finally:
            self._record(answers, failure, time.monotonic() - started)
        raise failure

    def _session(self, answers: list[requests.Response]) -> OAuth2Session:
        # The session must not know the scope: oauthlib takes another spelling of it in the answer for a fault.
        session = OAuth2Session(client=BackendApplicationClient(client_id=self.client_id))
        for prefix, adapter in self.http.session.adapters.items():
            session.mount(prefix, adapter)

        def keep(response: requests.Response) -> requests.Response:
            answers.append(response)
            return response

        session.register_compliance_hook("access_token_response", keep)
        return session

    def _refusal(self, answers: list[requests.Response], error: Exception) -> HubError:
        if answers and (answers[-1].status_code == 429 or answers[-1].status_code >= 500):
            headers = {name.lower(): value for name, value in answers[-1].headers.items()}
            answer = HttpAnswer(status=answers[-1].status_code, body=b"", headers=headers)
            known = error_of(self.http.system, "token", "GET", answer)
            return known or TransientError("token_not_given", who=self.who, retry_after=retry_after(headers))
        name = getattr(error, "error", "") or type(error).__name__
        return ConfigError("token_refused", who=self.who, fault=name, settings=self.settings)

    def _record(self, answers: list[requests.Response], failure: HubError | None, seconds: float) -> None:
        """Keep that the call was made, without its body: it holds the secret, the answer the token."""
        self.http.record(
            CallRecord(
                system=self.http.system,
                operation="token",
                method="POST",
                url=self.url,
                status=answers[-1].status_code if answers else None,
                ms=round(seconds * 1000),
                request="",
                response="",
                error=failure.message if failure else "",
                request_id="",
            )
        )


def authorised(token: ClientToken, once: Callable[[str], HttpAnswer]) -> HttpAnswer:
    """Make a call with a token; a 401 is tried once more with a new one, other errors are raised."""
    known = token.get()
    try:
        return once(known)
    except ConfigError as error:
        if error.status != 401:
            raise
    token.forget(known)
    return once(token.get())
