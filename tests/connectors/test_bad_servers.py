"""Servers that never answer, trickle, break off or never end: each is left in time."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from connectors import http
from connectors.errors import TransientError
from connectors.http import Answer, Http
from tests.certificates import self_signed

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


def test_a_server_that_never_answers_is_left(
    serve: Serve, silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_TIMEOUT", 0.05)
    with pytest.raises(TransientError) as failed:
        Http(system="erp", base_url=serve(lambda handler: silence.wait(30) and None)).post("send order", "orders")
    assert failed.value.outcome_unknown


def test_a_reader_with_less_patience_leaves_earlier(serve: Serve, silence: threading.Event) -> None:
    url = serve(lambda handler: silence.wait(30) and None)
    with pytest.raises(TransientError):
        Http(system="erp", base_url=url, patience=0.05).get("look", "orders")
    assert not silence.is_set()


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


def test_a_name_that_nobody_resolves_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*place: Any) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TransientError) as failed:
        Http(system="erp", base_url="https://erp.example.com").post("send order", "orders")
    assert not failed.value.outcome_unknown


def test_a_server_whose_certificate_is_not_believed_has_done_nothing(serve: Serve, tmp_path: Path) -> None:
    tls = self_signed(tmp_path)
    url = serve(lambda handler: tls.wrap_socket(handler.request, server_side=True) and None)
    with pytest.raises(TransientError) as failed:
        Http(system="erp", base_url=url.replace("http:", "https:")).post("send order", "orders")
    assert (failed.value.outcome_unknown, failed.value.params["fault"]) == (False, "SSLError")


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
