"""The sandbox over HTTP on 127.0.0.1, with its state kept in a file and its events sent to the hub."""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connectors.sandbox.core import Sandbox
from connectors.sandbox.event_delivery import EventDelivery
from connectors.sandbox.http import Request, Response
from connectors.sandbox.state_file import StateFile

HOST = "127.0.0.1"
LONGEST_BODY = 64 * 1024 * 1024
SAVE_EVERY = 1.0
# Writing a large state takes long, so the pause grows with it: at most a tenth of the time is spent writing.
PAUSE_PER_WRITE = 10
# Norce sends its events side by side too, so that they overtake each other.
EVENT_SENDERS = 4
EVENT_PAUSE = 0.1


class SandboxServer:
    """A sandbox that listens. `start` returns at once, `stop` saves the state and closes the port."""

    def __init__(self, sandbox: Sandbox, *, port: int, file: StateFile | None = None) -> None:
        self._file = file
        self._stopped = threading.Event()
        self._http = _Server((HOST, port), sandbox)
        self._threads = [threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.1})]
        if file:
            self._threads.append(threading.Thread(target=self._keep_saving, args=[file]))
        for _ in range(EVENT_SENDERS if sandbox.state.raises_events else 0):
            self._threads.append(threading.Thread(target=self._keep_delivering, args=[sandbox.delivery]))

    @property
    def url(self) -> str:
        """Return the address without a trailing slash, with the port that was really taken."""
        return f"http://{HOST}:{self._http.server_address[1]}"

    def start(self) -> None:
        """Begin to answer requests."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer no more requests and write the state a last time."""
        self._http.shutdown()
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        self._http.server_close()
        if self._file:
            self._file.save()

    def _keep_saving(self, file: StateFile) -> None:
        pause = SAVE_EVERY
        while not self._stopped.wait(pause):
            began = time.monotonic()
            file.save()
            pause = max(SAVE_EVERY, PAUSE_PER_WRITE * (time.monotonic() - began))

    def _keep_delivering(self, delivery: EventDelivery) -> None:
        while not self._stopped.is_set():
            if not delivery.deliver_one():
                self._stopped.wait(EVENT_PAUSE)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, _Handler)
        self.sandbox = sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is its own business; anything else is an error of the sandbox."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "NorceSandbox"
    disable_nagle_algorithm = True
    # Headers and body leave in one piece: the handler is flushed after each request.
    wbufsize = 64 * 1024

    def answer(self) -> None:
        """Read one request, let the sandbox work, and write its answer unless it is to be lost."""
        body = self._read_body()
        if isinstance(body, Response):
            self.close_connection = True
            self.server.sandbox.report(f"{body.status} {self.command} {self.path} {body.body.decode()}")
            self._write(body)
            return
        request = Request.of(self.command, self.path, dict(self.headers.items()), body)
        response = self.server.sandbox.handle(request)
        time.sleep(response.delay)
        if response.lost:
            self.close_connection = True
            return
        self._write(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the sandbox reports refusals itself."""

    def _read_body(self) -> bytes | Response:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            return Response.text("Send the body with a Content-Length.", 411)
        if int(length) > LONGEST_BODY:
            return Response.text(f"The body is over {LONGEST_BODY} bytes.", 413)
        return self.rfile.read(int(length))

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)
