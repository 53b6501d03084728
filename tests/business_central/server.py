"""The stub's wire: tokens, paths, ETags, pages and batches; every request and answer is held against the contract."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit

import simplejson

from tests.business_central import contract
from tests.business_central.books import Books, Refused, Row
from tests.business_central.filters import BadFilter, Filter

ROOT = "/v2.0/tenant.example.com/production/api"
API = f"{ROOT}/v2.0"
CUSTOM = f"{ROOT}/exempel/shop/v1.0"
LINES = {"salesOrders": "salesOrderLines", "salesShipments": "salesShipmentLines"}
LINES |= {"salesInvoices": "salesInvoiceLines", "salesCreditMemos": "salesCreditMemoLines"}
SUBSCRIPTION_LIFE = timedelta(days=3)


@dataclass
class Reply:
    """Status, body and headers of an answer."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return b"" if self.body is None else simplejson.dumps(self.body, use_decimal=True).encode()


@dataclass
class BusinessCentralStub:
    """A small Business Central. ``complaints`` lists what broke the contract; tests assert that it is empty.

    ``faults`` are answers that are given in the place of the next calls; ``before_write`` runs before an ETag is
    compared; ``delayed`` puts an empty page with a nextLink before each page; ``call_back`` is how it reaches the
    address of a subscription.
    """

    base: str = "https://bc.test"
    secret: str = "the-clerks-secret"
    books: Books = field(default_factory=Books)
    page_size: int = 20_000
    delayed: bool = False
    faults: list[Reply] = field(default_factory=list)
    before_write: list[Callable[[], None]] = field(default_factory=list)
    call_back: Callable[[str, Any], tuple[int, str]] | None = None
    complaints: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    link_host: str = ""

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request."""
        parts = urlsplit(url)
        if parts.path.endswith("/oauth2/v2.0/token"):
            return self._token(body)
        lowered = {name.lower(): value for name, value in headers.items()}
        if lowered.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
        if self.faults:
            return self.faults.pop(0)
        path = unquote(parts.path)
        if not path.startswith(API):
            return self._custom(path, dict(parse_qsl(parts.query)), body)
        return self._checked(method, path.removeprefix(API), dict(parse_qsl(parts.query)), lowered, body)

    def _token(self, body: bytes) -> Reply:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        wanted = {"grant_type": "client_credentials", "client_id": "hub", "client_secret": self.secret}
        wanted["scope"] = "https://api.businesscentral.dynamics.com/.default"
        if form != wanted:
            return Reply(401, {"error": "invalid_client"})
        token = f"token-{len(self.tokens) + 1}-{uuid.uuid4()}"
        self.tokens.add(token)
        return Reply(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _checked(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], raw: bytes) -> Reply:
        body = simplejson.loads(raw, use_decimal=True) if raw else None
        self.calls.append(f"{method} {path}")
        broken = contract.request_complaints(method, path, query, headers, body)
        self.complaints += [f"{method} {path}: {text}" for text in broken]
        if broken:
            return _error(400, "BadRequest_InvalidRequest", "; ".join(broken))
        try:
            reply = self._answer(method, path, query, headers, body)
        except Refused as error:
            reply = _error(error.status, error.code, f"{error}  CorrelationId:  {uuid.uuid4()}.")
        except BadFilter as error:
            self.complaints.append(f"{path}: {error}")
            reply = _error(400, "BadRequest_MethodNotImplemented", str(error))
        wire = simplejson.loads(reply.encoded()) if reply.body is not None else None
        self.complaints += contract.answer_complaints(method, path, reply.status, wire)
        return reply

    def _answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any) -> Reply:
        if path == "/$batch":
            return self._batch(body)
        if path == "/companies":
            company = {"id": self.books.company, "name": "CRONUS SE", "displayName": "Exempelbolaget"}
            return Reply(200, {"value": [company]})
        if path.startswith("/subscriptions"):
            return self._subscriptions(method, path, headers, body)
        company, _, rest = path.removeprefix("/companies(").partition(")/")
        name, _, key = rest.partition("(")
        if company != self.books.company:
            raise Refused("BadRequest_NotFound", "The company does not exist.", 404)
        if key:
            return self._one(method, name, key.rstrip(")"), headers, body)
        if method == "POST":
            made = self.books.add_customer(body) if name == "customers" else self.books.add_order(body)
            return Reply(201, _shown(name, made, {}))
        return Reply(200, self._page(name, path, query, headers))

    def _one(self, method: str, name: str, key: str, headers: dict[str, str], body: Any) -> Reply:
        row = self.books.sets[name].get(key)
        if self.before_write and method != "GET":
            self.before_write.pop(0)()
            row = self.books.sets[name].get(key)
        if row is None:
            raise Refused("BadRequest_NotFound", "The record does not exist.", 404)
        if method == "GET":
            return Reply(200, _shown(name, row, {}))
        if headers.get("if-match", "*") not in ("*", row["@odata.etag"]):
            raise Refused("Request_EntityChanged", "Another user has already changed the record.", 409)
        if method == "DELETE":
            self.books.delete_order(row["number"])
            return Reply(204)
        return Reply(200, _shown(name, self.books.keep(name, row | body), {}))

    def _page(self, name: str, path: str, query: dict[str, str], headers: dict[str, str]) -> Row:
        known = contract.properties(name)
        order, _, direction = query.get("$orderby", "id").partition(" ")
        test = Filter(query["$filter"], known) if "$filter" in query else lambda row: True
        rows = sorted(
            self.books.sets[name].values(), key=lambda row: (row[order], row["id"]), reverse=direction == "desc"
        )
        rows = [row for row in rows if test(row)]
        start, _, shown = query.get("$skiptoken", "").partition("!")
        if start:
            ids = [row["id"] for row in rows]
            rows = rows[ids.index(start) + 1 if start in ids else 0 :]
        size = min(self.page_size, int(headers.get("prefer", "=20000").partition("=")[2]))
        if self.delayed and not shown:
            return {"value": [], "@odata.nextLink": self._link(path, query, f"{start}!late")}
        answer: Row = {"value": [_shown(name, row, query) for row in rows[:size]]}
        if len(rows) > size:
            answer["@odata.nextLink"] = self._link(path, query, rows[size - 1]["id"])
        return answer

    def _link(self, path: str, query: dict[str, str], token: str) -> str:
        options = urlencode(query | {"$skiptoken": token}, quote_via=quote)
        return f"{self.link_host or self.base}{API}{path}?{options}"

    def _batch(self, body: Row) -> Reply:
        responses = []
        for request in body["requests"]:
            parts = urlsplit(f"/{request['url']}")
            headers = {name.lower(): value for name, value in (request.get("headers") or {}).items()}
            content = simplejson.dumps(request["body"], use_decimal=True).encode() if "body" in request else b""
            reply = self._checked(
                request["method"], unquote(parts.path), dict(parse_qsl(parts.query)), headers, content
            )
            responses.append(
                {"id": request.get("id"), "status": reply.status, "headers": reply.headers, "body": reply.body or {}}
            )
        # The order of the answers is not promised.
        return Reply(200, {"responses": responses[::-1]})

    def _custom(self, path: str, query: dict[str, str], body: bytes = b"") -> Reply:
        """The small page that a customer publishes for tracking numbers."""
        if path == f"{CUSTOM}/$batch":
            return self._custom_batch(simplejson.loads(body))
        if path != f"{CUSTOM}/companies({self.books.company})/shipmentTracking":
            return _error(404, "BadRequest_NotFound", "No page there.")
        test = Filter(query["$filter"], {"number": {}, "packageTrackingNo": {}})
        return Reply(200, {"value": [row for row in self.books.tracking if test(row)]})

    def _custom_batch(self, body: Row) -> Reply:
        self.complaints += contract.request_complaints("POST", "/$batch", {}, {}, body)
        responses = []
        for request in body["requests"]:
            parts = urlsplit(f"{CUSTOM}/{request['url']}")
            reply = self._custom(unquote(parts.path), dict(parse_qsl(parts.query)))
            responses.append({"id": request["id"], "status": reply.status, "body": reply.body})
        return Reply(200, {"responses": responses[::-1]})

    def _subscriptions(self, method: str, path: str, headers: dict[str, str], body: Any) -> Reply:
        kept = self.books.sets["subscriptions"]
        if method == "GET":
            return Reply(200, {"value": list(kept.values())})
        key = path.partition("('")[2].rstrip("')") or uuid.uuid4().hex
        if method == "PATCH" and headers["if-match"] != kept[key]["@odata.etag"]:
            raise Refused("Request_EntityChanged", "Another user has already changed the record.", 409)
        self._shake_hands(body["notificationUrl"])
        ends = (datetime.now(UTC) + SUBSCRIPTION_LIFE).isoformat().replace("+00:00", "Z")
        row = kept.get(key, {}) | body | {"subscriptionId": key, "expirationDateTime": ends}
        row["@odata.etag"] = f'W/"{uuid.uuid4().hex}"'
        kept[key] = row
        return Reply(201 if method == "POST" else 200, row)

    def _shake_hands(self, url: str) -> None:
        token = f"validate {uuid.uuid4()}"
        assert self.call_back is not None
        if self.call_back(f"{url}?{urlencode({'validationToken': token})}", None) != (200, token):
            raise Refused("Application_DialogException", "The notification address did not answer the handshake.")

    def notify(self, resource: str, change: str = "updated") -> int:
        """Tell the subscriber of a resource of a change; return the status that came back, 0 when nobody listens."""
        for row in self.books.sets["subscriptions"].values():
            if row["resource"].endswith(f"/{resource}"):
                told = {name: row[name] for name in ("subscriptionId", "clientState", "expirationDateTime")}
                told |= {"resource": f"{row['resource']}({uuid.uuid4()})", "changeType": change}
                assert self.call_back is not None
                return self.call_back(row["notificationUrl"], {"value": [told]})[0]
        return 0


def _shown(name: str, row: Row, query: dict[str, str]) -> Row:
    lines = LINES.get(name, "")
    shown = {key: value for key, value in row.items() if key != lines or query.get("$expand") == lines}
    if "$select" not in query:
        return shown
    wanted = {"@odata.etag", lines if query.get("$expand") else "id", *query["$select"].split(",")}
    return {key: value for key, value in shown.items() if key in wanted}


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message}})
