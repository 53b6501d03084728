"""One way to call out: typed errors, time limits that hold against any server, and a record of every call."""

from __future__ import annotations

import gzip
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter

from connectors import http
from connectors.errors import ConfigError, PermanentError, TransientError
from connectors.http import Answer, CallRecord, Http, retry_after

URL = "http://erp.example.com/api"
Serve = Callable[[Callable[[Any], None]], str]


@contextmanager
def serving(answer: Callable[[Any], None]) -> Iterator[str]:
    """Run a server whose connections are handled by ``answer``; yield its address."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                answer(self)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that behave badly, for the time of the test."""
    with ExitStack() as running:
        yield lambda answer: running.enter_context(serving(answer))


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """An event that is set when the test is over, for servers that wait for it."""
    over = threading.Event()
    yield over
    over.set()


def request_of(handler: Any) -> bool:
    """Read one request's head and tell whether there was one."""
    lines = list(iter(handler.rfile.readline, b"\r\n")) if handler.rfile.peek(1) else []
    return bool(lines)


def get(url: str) -> Answer:
    return Http(system="erp", base_url=url).get("look", "orders")


@responses.activate
def test_it_returns_a_good_answer_with_lower_case_headers() -> None:
    responses.get(f"{URL}/orders", body=b'{"Total": 1596.10}', headers={"X-Request-Id": "r1"})
    answer = get(URL)
    assert (answer.status, answer.headers["x-request-id"], str(answer.json()["Total"])) == (200, "r1", "1596.10")


@pytest.mark.parametrize(
    ("status", "method", "kind", "unknown", "counts"),
    [
        (400, "POST", PermanentError, None, None),
        (404, "GET", PermanentError, None, None),
        (409, "POST", PermanentError, None, None),
        (422, "POST", PermanentError, None, None),
        (401, "GET", ConfigError, None, None),
        (403, "POST", ConfigError, None, None),
        (301, "POST", ConfigError, None, None),
        (307, "GET", ConfigError, None, None),
        (408, "POST", TransientError, True, True),
        (429, "POST", TransientError, False, False),
        (500, "GET", TransientError, False, True),
        (500, "POST", TransientError, True, True),
        (502, "PUT", TransientError, True, True),
        (503, "POST", TransientError, False, True),
        (504, "DELETE", TransientError, True, True),
    ],
)
@responses.activate
def test_a_status_says_what_to_do_next(
    status: int, method: Any, kind: type[Exception], unknown: bool | None, counts: bool | None
) -> None:
    responses.add(method, f"{URL}/orders", status=status, body="Nope", headers={"Location": "http://x.example.com"})
    with pytest.raises(kind) as failed:
        Http(system="erp", base_url=URL).call("send order", method, "orders")
    error: Any = failed.value
    assert (error.status, len(responses.calls)) == (status, 1)
    assert f"erp answered {status} to send order: Nope" in error.message
    assert (getattr(error, "outcome_unknown", None), getattr(error, "counts", None)) == (unknown, counts)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        ("0", 0),
        ("1.5", 1.5),
        ("86400", 3600),
        ("Sun, 01 Nov 2026 10:00:30 GMT", 30),
        ("Sun, 01 Nov 2026 09:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("NaN", None),
    ],
)
def test_it_reads_retry_after_as_seconds_or_date(value: str, seconds: float | None, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 1, 10, tzinfo=UTC), tick=False)
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize(
    "address", ["", "erp.example.com", "ftp://erp.example.com", "http://", "http://[::1", "http://a b"]
)
def test_an_address_that_is_none_is_a_fault_of_the_set_up(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        get(address)
    assert "The address of erp" in refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize("body", ["<html>oops</html>", "{", "NULL", b"\xff\xfe", "[" * 100_000])
@responses.activate
def test_an_answer_that_is_not_json_is_said_to_be_none(body: Any) -> None:
    responses.get(f"{URL}/orders", body=body)
    with pytest.raises(PermanentError, match="not JSON"):
        get(URL).json()


@responses.activate
def test_an_empty_answer_is_nothing() -> None:
    responses.get(f"{URL}/orders", body=" ")
    assert get(URL).json() is None


@responses.activate
def test_a_packed_answer_is_unpacked() -> None:
    responses.get(f"{URL}/orders", body=gzip.compress(b'{"a": 1}' * 10), headers={"Content-Encoding": "gzip"})
    assert get(URL).body == b'{"a": 1}' * 10


def test_every_call_has_time_limits() -> None:
    given: dict[str, Any] = {}

    class Adapter(HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
            given.update(options)
            raise requests.ConnectTimeout

    erp = Http(system="erp", base_url=URL)
    erp.session.mount(URL, Adapter())
    with pytest.raises(TransientError):
        erp.get("look", "orders")
    assert (given["timeout"], given["stream"]) == ((5.0, 30.0), True)


def test_a_server_that_never_answers_is_left(
    serve: Serve, silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_TIMEOUT", 0.05)
    with pytest.raises(TransientError) as failed:
        Http(system="erp", base_url=serve(lambda handler: silence.wait(30) and None)).post("send order", "orders")
    assert failed.value.outcome_unknown


def trickled(silence: threading.Event, head: bytes, piece: bytes) -> Callable[[Any], None]:
    def trickle(handler: Any) -> None:
        request_of(handler)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        while not silence.wait(0.01):
            handler.wfile.write(piece)

    return trickle


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"Content-Length: 60000", b"x"), (b"Transfer-Encoding: chunked", b"1\r\nx\r\n"), (b"Connection: close", b"x")],
)
def test_a_server_that_sends_a_byte_now_and_then_is_left_too(
    serve: Serve, silence: threading.Event, monkeypatch: pytest.MonkeyPatch, head: bytes, piece: bytes
) -> None:
    monkeypatch.setattr(http, "DEADLINE", 0.1)
    monkeypatch.setattr(http, "READ_TIMEOUT", 5.0)
    with pytest.raises(TransientError):
        get(serve(trickled(silence, head, piece)))
    assert not silence.is_set()


def test_an_answer_without_end_is_cut_off(
    serve: Serve, silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_LIMIT", 100_000)
    with pytest.raises(TransientError):
        get(serve(trickled(silence, b"Connection: close", b"x" * 50_000)))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1",
        b"Hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\n123",
    ],
)
def test_a_broken_answer_to_a_write_leaves_the_outcome_unknown(serve: Serve, answer: bytes) -> None:
    def break_off(handler: Any) -> None:
        request_of(handler)
        handler.wfile.write(answer)

    with pytest.raises(TransientError) as failed:
        Http(system="erp", base_url=serve(break_off)).post("send order", "orders")
    assert failed.value.outcome_unknown


def test_a_server_that_is_not_there_has_done_nothing() -> None:
    with serving(lambda handler: None) as url:
        pass
    with pytest.raises(TransientError) as failed:
        Http(system="erp", base_url=url).post("send order", "orders")
    assert not failed.value.outcome_unknown


def test_calls_share_one_connection(serve: Serve) -> None:
    connections: list[int] = []

    def keep_alive(handler: Any) -> None:
        connections.append(1)
        while request_of(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    erp = Http(system="erp", base_url=serve(keep_alive))
    for _ in range(3):
        assert erp.get("look", "orders").json() == {}
    assert len(connections) == 1


@responses.activate
def test_every_call_is_recorded_without_private_data_whatever_comes_of_it() -> None:
    records: list[CallRecord] = []
    responses.post(f"{URL}/customers", status=422, body='{"message": "maja@example.com is taken"}')
    erp = Http(system="erp", base_url=URL, record=records.append, auth=("hub", "s3cret"))
    with pytest.raises(PermanentError):
        erp.post("create", "customers", params={"email": "maja@example.com"}, body=b'{"Email": "maja@example.com"}')
    record = records[0]
    assert (record.system, record.operation, record.method, record.status) == ("erp", "create", "POST", 422)
    assert "is taken" in record.error and "is taken" in record.response
    assert not [value for value in vars(record).values() if "maja@" in str(value) or "s3cret" in str(value)]


@responses.activate
def test_a_call_without_an_answer_is_recorded_too() -> None:
    records: list[CallRecord] = []
    responses.get(f"{URL}/orders", body=requests.ConnectionError("reset"))
    with pytest.raises(TransientError):
        Http(system="erp", base_url=URL, record=records.append).get("look", "orders")
    assert (records[0].status, "ConnectionError" in records[0].error) == (None, True)


@responses.activate
def test_nothing_is_called_when_the_lease_is_lost() -> None:
    def lost() -> None:
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        Http(system="erp", base_url=URL, before=lost).get("look", "orders")
    assert len(responses.calls) == 0


def test_time_is_measured_in_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([10.0, 10.25])
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    records: list[CallRecord] = []
    erp = Http(system="erp", base_url=URL, record=records.append)
    monkeypatch.setattr(erp, "_send", lambda prepared: Answer(status=200, body=b"", headers={}))
    erp.get("look", "orders")
    assert records[0].ms == 250
