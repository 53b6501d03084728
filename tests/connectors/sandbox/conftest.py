"""A sandbox with a clock in the test's hand, spoken to through the in-process adapter."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import requests
import simplejson

from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.options import SandboxOptions
from tests.connectors.norce.contracts import page_complaints

ADDRESS = "http://sandbox.test"
HUB = "http://hub.test/norce/orders"
EVENTS = "http://hub.test/norce/events"
Data = dict[str, Any]

ORDER: Data = {
    "Header": {"ApplicationKey": "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"},
    "ClientOrderRef": "5100231",
    "Source": "WEB",
    "CurrencyCode": "SEK",
    "SellTo": {
        "Company": {"Code": None, "Name": "Exempelbygg AB", "VatNo": "SE999900000101"},
        "Person": {"FirstName": "Maja", "LastName": "Provberg", "Email": "Maja.Provberg@example.com"},
    },
    "Payments": [
        {"PaymentCode": 1, "PaymentRef": "gift-1", "Amount": 100, "CurrencyCode": "SEK", "PaymentMethodCode": "GIFT"},
        {"PaymentCode": 2, "PaymentRef": "card-1", "Amount": 400, "CurrencyCode": "SEK", "PaymentMethodCode": "CARD"},
    ],
    "Items": [
        {
            "LineNo": 1,
            "PartNo": "JACKET",
            "ErpPartNo": "ERP-JACKET",
            "Type": "ErpStandard",
            "TypeGroup": "Physical",
            "Quantity": 4,
            "UnitPrice": 100,
            "UnitVat": 25,
            "UnitPriceOriginal": 100,
            "Discount": 0,
            "VatRate": 25,
        }
    ],
}


class Clock:
    """Epoch seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the present time."""
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class Hub(requests.adapters.BaseAdapter):
    """A receiver that keeps what it was sent and answers what the test put into ``answers``."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[requests.PreparedRequest] = []
        self.answers: list[tuple[int, str]] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        """Answer with the next of ``answers``, else with OK."""
        self.received.append(request)
        reply = requests.Response()
        default = (200, '{"StatusCode": "OK", "HasErpOrderNo": false}')
        reply.status_code, text = self.answers.pop(0) if self.answers else default
        reply._content = text.encode()
        reply.headers["Content-Type"] = "application/xml" if text.startswith("<") else "application/json"
        reply.request, reply.url = request, request.url or ""
        return reply

    def close(self) -> None:
        """Hold nothing open."""


class Caller:
    """Speaks to a sandbox as the hub does, and turns its controls."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.slept: list[float] = []
        self.session.mount(ADDRESS, SandboxAdapter(sandbox, sleep=self.slept.append))
        self.session.headers["application-id"] = "1901"
        self.sign_in()

    def sign_in(self) -> None:
        """Fetch a token for the coming calls."""
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def token(self, **changes: str) -> requests.Response:
        """Ask for a token, with ``changes`` to a correct form."""
        form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-secret"}
        return self.session.post(f"{ADDRESS}/identity/1.0/connect/token", {**form, "scope": "playground", **changes})

    def connect(self, name: str, data: Any = None, **header: Any) -> requests.Response:
        """Make a Connect call: a POST with ``data``, else a GET; ``header`` is the import header."""
        text = simplejson.dumps(data, use_decimal=True)
        headers = {"Content-Type": "application/json"}
        if header:
            headers["X-StormConnect-Header"] = simplejson.dumps(header)
        method = "GET" if data is None else "POST"
        return self.session.request(method, f"{ADDRESS}/commerce/connect/4.0/{name}", data=text, headers=headers)

    def query(self, name: str, **options: str | int) -> Any:
        """Read rows through Query, checked by its contract; the options are named without their dollar sign."""
        params = {f"${name}": value for name, value in options.items()}
        answer = self.session.get(f"{ADDRESS}/commerce/query/2.0/{name}", params=params)
        page = simplejson.loads(answer.text, use_decimal=True)
        assert page_complaints(name, page) == [], answer.text
        return page["value"]

    def erp(self, path: str, data: Any = None, *, method: str = "", **params: str) -> requests.Response:
        """Make an ERP call: a POST with ``data``, else a GET, unless ``method`` is another."""
        method = method or ("GET" if data is None else "POST")
        return self.session.request(method, f"{ADDRESS}/erp/{path}", json=data, params=params)

    def control(self, path: str, data: Any = None) -> requests.Response:
        """Turn a control: a POST with ``data``, else a GET."""
        method = "GET" if data is None else "POST"
        return self.session.request(method, f"{ADDRESS}/_sandbox/{path}", json=data)

    def state(self) -> Any:
        """Return both sides."""
        return self.control("state").json()

    def order(self, **changes: Any) -> Data:
        """Place an order in Norce and return it as the tenant keeps it."""
        answer = self.control("orders", {**deepcopy(ORDER), **changes})
        assert answer.status_code == 200, answer.text
        return self.orders()[-1]

    def events(self, *types: str) -> list[tuple[str, Data]]:
        """Return the events that wait to be sent, of these types or all, and let everything that is due happen."""
        waiting = self.state()["norce"]["events"]["waiting"]
        return [(row["type"], row["body"]) for row in waiting if not types or row["type"] in types]

    def orders(self) -> list[Data]:
        """Return the orders of the tenant."""
        found: list[Data] = self.state()["norce"]["orders"]
        return found


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def hub() -> Hub:
    """A receiver that says OK."""
    return Hub()


@pytest.fixture
def make(clock: Clock, hub: Hub) -> Callable[..., Caller]:
    """Make a caller of a new sandbox with the given options."""

    def make_caller(**options: Any) -> Caller:
        session = requests.Session()
        session.mount("http://hub.test", hub)
        set_up = SandboxOptions(**{"hub_url": HUB, "push_pause": 0.0, "job_seconds": 3.0, **options})
        return Caller(Sandbox(set_up, clock=clock, hub_session=session))

    return make_caller


@pytest.fixture
def norce(make: Callable[..., Caller]) -> Caller:
    """A caller of a sandbox whose Norce sends its events to the receiver."""
    return make(events_url=EVENTS, events_token="token")


@pytest.fixture
def sandbox(make: Callable[..., Caller]) -> Caller:
    """A caller of a sandbox with the default options."""
    return make()
