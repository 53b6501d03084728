"""The sandbox over a real socket, its state file, and the events that it sends by itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import simplejson

from connectors.errors import ConfigError
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer, remove_customer
from connectors.sandbox.erp_documents import UNTOUCHED
from connectors.sandbox.http import Request
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.query_orders import OrderSets
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.state import State
from connectors.sandbox.state_file import StateFile
from tests.connectors.sandbox.conftest import Caller
from tests.connectors.sandbox.test_event_delivery import JOB, raise_jobs

DOCUMENTS: dict[str, list[object]] = {"delivery_notes": [], "invoices": [], "credits": []}
# As the ERP kept an order before it made documents.
EARLIER = {
    **{"number": "SO1", "reference": "1901-1", "customer_code": "C1", "status": "open", "currency": "SEK"},
    **{"total": "125.00", "created": "2020-01-15T07:00:00.000"},
    "lines": [{"line_no": 1, "part_no": "P", "quantity": "1", "unit_price": "100.00", "unit_vat": "25.00"}],
}
PERSON = {"kind": "person", "name": "Maja Provberg", "last_name": "Provberg"}
COMMAND = """
import django
from django.conf import settings
from django.core.management import call_command
settings.configure(INSTALLED_APPS=["connectors"])
django.setup()
call_command("sandbox", port=0, state={state!r})
"""


class Receiver(ThreadingHTTPServer):
    """A hub on a socket that answers what ``answers`` holds, then 200, and keeps what it took."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.answers: list[int] = []
        self.taken: list[tuple[str, str, Any]] = []


class Taker(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep path, token and body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, self.headers["Authorization"], simplejson.loads(body)))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A listening receiver."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def refusals() -> list[str]:
    """What the sandbox reports."""
    return []


@pytest.fixture
def url(refusals: list[str], tmp_path: Path) -> Iterator[str]:
    """The address of a listening sandbox with a state file."""
    sandbox = Sandbox(report=refusals.append)
    server = SandboxServer(sandbox, port=0, file=StateFile(tmp_path / "state.json", sandbox.state))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A session that keeps its connection."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_it_answers_over_http_and_reports_refusals(url: str, refusals: list[str], session: requests.Session) -> None:
    assert session.post(f"{url}/erp/customers", json=PERSON).json() == {"code": "C10001"}
    answer = session.post(f"{url}/erp/customers", json={})
    assert (answer.status_code, answer.raw.version) == (422, 11)
    assert refusals[0].startswith("422 POST /erp/customers")
    assert session.post(f"{url}/erp/ping", json={}).status_code == 405


def test_a_lost_answer_closes_the_connection_after_the_work(url: str, session: requests.Session) -> None:
    session.post(f"{url}/_sandbox/faults", json={"erp": {"lose_answers": 1}})
    with pytest.raises(requests.ConnectionError):
        session.post(f"{url}/erp/customers", json=PERSON)
    assert len(session.get(f"{url}/_sandbox/state").json()["erp"]["customers"]) == 1


def test_the_command_keeps_its_state_between_two_runs(tmp_path: Path, session: requests.Session) -> None:
    state = tmp_path / "var" / "state.json"
    for expected in ("C10001", "C10002"):
        script = COMMAND.format(state=state).replace(repr(state), f"__import__('pathlib').Path({str(state)!r})")
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            address = re.search(r"http://127.0.0.1:\d+", process.stdout.readline())
            assert address
            assert session.post(f"{address[0]}/erp/customers", json=PERSON).json() == {"code": expected}
            os.kill(process.pid, signal.SIGTERM)
            assert process.stdout.readlines()[-1] == "The sandbox has stopped.\n"
        assert process.returncode == 0


def test_a_loaded_state_is_the_saved_one(tmp_path: Path) -> None:
    first, second = Sandbox().state, State()
    order = {"number": "SO1", "reference": "R", "created": "2027-01-15T08:00:00.000Z", "changed": "later"} | UNTOUCHED
    first.erp_orders.save(order)
    first.take_number("erp_order")
    assert StateFile(tmp_path / "state.json", first).save() is True
    StateFile(tmp_path / "state.json", second).load()
    assert second.erp_orders.find("reference", "R") == [order]
    assert second.take_number("erp_order") == 100002


def test_a_removed_customer_is_not_in_the_file_and_the_others_keep_their_members(tmp_path: Path) -> None:
    first, second = Sandbox().state, State()
    file = StateFile(tmp_path / "state.json", first)
    kept, removed = (add_customer(first, code, {**PERSON, "flags": [{"code": "VIP"}]}) for code in ("C1", "C2"))
    file.save()
    remove_customer(first, removed["code"])
    assert file.save() is True
    StateFile(tmp_path / "state.json", second).load()
    assert list(second.erp_customers.after(None)) == [kept]


def test_a_file_of_an_earlier_sandbox_is_read_and_its_orders_are_not_shown_by_query(tmp_path: Path) -> None:
    path, first = tmp_path / "state.json", Sandbox().state
    first.orders.save({"key": "k", "client_order_ref": "1", "erp_order_no": "SO1", "status": "Confirmed"} | DOCUMENTS)
    StateFile(path, first).save()
    data = json.loads(path.read_text())
    del data["placed"], data["rest"]["numbers"]["order"]
    path.write_text(json.dumps(data))
    second = Sandbox()
    StateFile(path, second.state).load()
    answer = second.handle(Request.of("GET", "/_sandbox/state", {}, b""))
    assert [order["key"] for order in json.loads(answer.body)["norce"]["orders"]] == ["k"]
    assert second.state.take_number("order") == 9900001
    assert list(OrderSets(second.state)._orders(None)) == list(OrderSets(second.state)._invoices(None)) == []


def test_an_order_of_an_earlier_erp_is_read_as_one_that_nobody_has_touched(tmp_path: Path) -> None:
    path, first, second = tmp_path / "state.json", Sandbox().state, Sandbox()
    first.erp_orders.save(EARLIER)
    StateFile(path, first).save()
    data = json.loads(path.read_text())
    del data["events"], data["event_counts"]
    path.write_text(json.dumps(data))
    StateFile(path, second.state).load()
    shipped = second.handle(Request.of("POST", "/_sandbox/erp/orders/SO1/ship", {}, b""))
    changed = second.handle(Request.of("GET", "/erp/orders/changed?since=2020-01-15T08:00:00Z", {}, b""))
    [order] = json.loads(changed.body)["orders"]
    assert (shipped.status, order["created"], order["lines"][0]["delivered"]) == (200, "2020-01-15T07:00:00.000Z", "1")


def test_an_unchanged_state_is_not_written_again(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json", State())
    assert [file.save(), file.save()] == [True, False]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rest": {}}'])
def test_an_unreadable_state_file_is_a_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"state\.json.*Move the file away"):
        StateFile(path, State()).load()


def test_the_server_delivers_by_itself_and_says_what_failed(receiver: Receiver) -> None:
    receiver.answers = [503, 401]
    said: list[str] = []
    url = f"http://127.0.0.1:{receiver.server_address[1]}/norce/events"
    options = SandboxOptions(events_url=url, events_token="token", event_wait_scale=0.001)
    sandbox = Sandbox(options, report=said.append)
    server = SandboxServer(sandbox, port=0)
    server.start()
    try:
        raise_jobs(Caller(sandbox))
        until = time.monotonic() + 10
        while len(sandbox.state.events) and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        server.stop()
    assert (
        receiver.taken == [(f"/norce/events/{JOB}", "Bearer token", {"ClientId": 1900, "JobId": 1, "StatusId": 2})] * 3
    )
    assert said == [f"503 from {url}/{JOB}", f"401 from {url}/{JOB}"]
