"""Tryton's JSON-RPC: sessions, calls, warnings. What is called and why is told by the modules that use it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import simplejson
from django.core.cache import cache

from connectors.erp.tryton_errors import Refused, error_of, warning
from connectors.erp.tryton_values import decoded, encoded
from connectors.errors import ConfigError, PermanentError, TransientError
from connectors.http import Answer, CallRecord, Http

# Errors are read in English, and numbers of warnings do not follow a user's settings.
LANGUAGE = {"language": "en"}
HEADERS = {
    "Content-Type": "application/json",
    # Without it, Tryton 8.0 says gzip of a long answer that it sends plain.
    "Accept-Encoding": "gzip",
}
# One call may ask several questions, one after the other; more than this never ends.
MOST_WARNINGS = 10
KNOWN_FOR = 300.0
Row = Mapping[str, Any]
Domain = Sequence[Any]


@dataclass(kw_only=True)
class TrytonRpc:
    """One Tryton database. The session lives in the process's pool of connections, so that it outlives this object.

    ``context`` goes with every call; record rules need the company in it.
    """

    http: Http
    database: str
    user: str
    password: str = field(repr=False)
    context: dict[str, Any] = field(default_factory=lambda: {**LANGUAGE})

    def version(self) -> str:
        """Return the server's series; anybody may ask."""
        return str(self._result("ping", self._post("ping", "rpc/", "common.server.version", [])))

    def read(self, operation: str, model: str, method: str, *params: Any, **context: Any) -> Any:
        """Call a method that changes nothing, so that after a failure nothing is unknown."""
        try:
            return self.write(operation, model, method, *params, **context)
        except TransientError as error:
            error.outcome_unknown = False
            raise

    def search(
        self,
        operation: str,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        order: tuple[str, str] = ("id", "ASC"),
        limit: int | None = None,
        inactive: bool = False,
    ) -> list[Row]:
        """Return the fields of the records that a domain fits; dotted names come in a member that ends with a dot."""
        context = {"active_test": False} if inactive else {}
        params = (domain, 0, limit, [order], ["id", *fields])
        return list(self.read(operation, model, "search_read", *params, **context))

    def known(self, operation: str, model: str, domain: Domain, fields: Sequence[str], *, absent: bool = False) -> Any:
        """Return what `search` does, for five minutes from the cache: of what seldom changes, as currencies and taxes.

        That there is none is asked anew each time, unless ``absent`` says that it may be remembered too.
        """
        asked = repr((self.http.base_url, self.database, self.user, self.context, model, domain, fields))
        key = f"tryton:{blake2b(asked.encode(), digest_size=16).hexdigest()}"
        rows = cache.get(key)
        if rows is None:
            rows = self.search(operation, model, domain, fields)
            if rows or absent:
                cache.set(key, rows, KNOWN_FOR)
        return rows

    def write(self, operation: str, model: str, method: str, *params: Any, **context: Any) -> Any:
        """Call a method that may change something; a warning is accepted, as a clerk would, and the call repeated.

        Raises `Refused` for what Tryton's rules forbid, and as `connectors.http.Http.call`.
        """
        return self._insist(operation, f"model.{model}.{method}", [*params, self.context | context])

    def wizard(self, operation: str, name: str, record: tuple[str, int], form: Row, button: str) -> Any:
        """Go through a wizard of one record (model and id): open it, give its only form (by name), press its button.

        Returns what that leads to.
        """
        model, number = record
        context = self.context | {"active_model": model, "active_id": number, "active_ids": [number]}
        opened, *_ = self._insist(operation, f"wizard.{name}.create", [self.context])
        led = self._insist(operation, f"wizard.{name}.execute", [opened, form, button, context])
        self._insist(operation, f"wizard.{name}.delete", [opened, self.context])
        return led

    def _insist(self, operation: str, method: str, params: list[Any]) -> Any:
        for _ in range(MOST_WARNINGS):
            answer = self._call(operation, method, params)
            question = warning(answer)
            if not question:
                return self._result(operation, answer)
            skip = [question, False, self.context]
            self._result(operation, self._call(operation, "model.res.user.warning.skip", skip))
        raise Refused("tryton_asks", system=self.http.system, operation=operation)

    def _call(self, operation: str, method: str, params: list[Any]) -> Any:
        """Make one call in the session, in a new one when there is none or it has ended."""
        path = f"{self.database}/rpc/"
        if "Authorization" not in self.http.session.headers:
            self._log_in()
            return self._post(operation, path, method, params)
        try:
            return self._post(operation, path, method, params)
        except ConfigError as error:
            if error.status != 401:
                raise
        # Nothing was done: Tryton looks at the session first. An idle one may still read, but not post an invoice.
        self._log_in()
        return self._post(operation, path, method, params)

    def _log_in(self) -> None:
        """Begin a session; neither the password nor the session's key is kept in the record of the call."""
        self.http.session.headers.pop("Authorization", None)
        quiet = replace(self.http, record=self._record_without_bodies)
        params = [self.user, {"password": self.password}]
        answer = _post(quiet, "log in", f"{self.database}/rpc/", "common.db.login", params)
        try:
            number, key, *_ = self._result("log in", answer)
        except (TypeError, ValueError) as error:
            raise ConfigError("tryton_no_session", system=self.http.system) from error
        token = b64encode(f"{self.user}:{number}:{key}".encode()).decode()
        self.http.session.headers["Authorization"] = f"Session {token}"

    def _record_without_bodies(self, record: CallRecord) -> None:
        self.http.record(replace(record, request="", response=""))

    def _post(self, operation: str, path: str, method: str, params: list[Any]) -> Any:
        return _post(self.http, operation, path, method, params)

    def _result(self, operation: str, answer: Any) -> Any:
        if not isinstance(answer, dict) or not answer.keys() & {"result", "error"}:
            raise PermanentError("tryton_no_result", system=self.http.system, operation=operation)
        if "error" in answer:
            raise error_of(self.http.system, operation, answer["error"])
        return answer["result"]


def _post(http: Http, operation: str, path: str, method: str, params: list[Any]) -> Any:
    body = simplejson.dumps({"id": 1, "method": method, "params": params}, use_decimal=False, default=encoded)
    try:
        return _read(http.post(operation, path, headers=HEADERS, body=body.encode()))
    except TransientError as error:
        # A login or a version that was lost has changed nothing either.
        error.outcome_unknown &= method.startswith(("model.", "wizard."))
        raise


def _read(answer: Answer) -> Any:
    try:
        return simplejson.loads(answer.body, use_decimal=True, object_hook=decoded)
    except (ValueError, RecursionError, LookupError, TypeError, ArithmeticError) as error:
        raise PermanentError("tryton_no_json", fault=type(error).__name__) from error
