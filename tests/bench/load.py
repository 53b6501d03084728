"""Send requests over keep-alive connections from one thread, so that little is taken from what is measured."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
GRACE = 30.0


@dataclass(kw_only=True)
class Round:
    """What one round of requests came to; times in seconds, ``cpu`` the sender's share of one core."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Return the requests answered in a second."""
        return len(self.latencies) / self.seconds


class _Connection:
    """One connection with at most one request under way; opened again when the server closes it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(self._address, timeout=GRACE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        if self.socket.fileno() < 0:
            self._open()
        self.answer = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has come; return whether the answer is whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError(f"{self._address} hung up in the middle of an answer.")
        self.answer += piece
        head, end, body = self.answer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        whole = bool(end) and length is not None and len(body) >= int(length[1])
        if whole and CLOSES.search(head):
            self.socket.close()
        return whole


def send_for(url: str, requests: Iterator[bytes], *, connections: int, seconds: float) -> Round:
    """Keep every connection busy for so many seconds; an answer that is not 200 with OK counts as refused.

    Raises ConnectionError when the server hangs up, TimeoutError when it stops to answer.
    """
    result = Round(seconds=seconds)
    used = time.process_time()
    lines = [_Connection(url) for _ in range(connections)]
    try:
        _keep_busy(lines, requests, result)
    finally:
        for line in lines:
            line.socket.close()
    result.cpu = (time.process_time() - used) / seconds
    return result


def _keep_busy(lines: list[_Connection], requests: Iterator[bytes], result: Round) -> None:
    deadline = time.perf_counter() + result.seconds
    with selectors.DefaultSelector() as selector:
        for line in lines:
            line.send(next(requests))
            selector.register(line.socket, selectors.EVENT_READ, line)
        while selector.get_map():
            ready = selector.select(GRACE)
            if not ready:
                raise TimeoutError(f"No answer for {GRACE:.0f} seconds.")
            for key, _ in ready:
                _go_on(selector, key, requests, result, deadline)


def _go_on(
    selector: selectors.BaseSelector,
    key: selectors.SelectorKey,
    requests: Iterator[bytes],
    result: Round,
    deadline: float,
) -> None:
    """Read; when the answer is whole, note it and send the next request, or none once time is up."""
    line: _Connection = key.data
    if not line.receive():
        return
    now = time.perf_counter()
    if now > deadline:
        selector.unregister(key.fileobj)
        return
    result.latencies.append(now - line.began)
    result.refused += not (line.answer.startswith(b"HTTP/1.1 200") and b"OK" in line.answer[-200:])
    line.send(next(requests))
    if line.socket is not key.fileobj:
        selector.unregister(key.fileobj)
        selector.register(line.socket, selectors.EVENT_READ, line)
