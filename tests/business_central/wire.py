"""Mount the stub into a requests session, or serve it over a socket."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from tests.business_central.server import BusinessCentralStub


class StubAdapter(HTTPAdapter):
    """``session.mount("https://bc.test", StubAdapter(stub))``: the same wire without a socket."""

    def __init__(self, stub: BusinessCentralStub) -> None:
        super().__init__()
        self.stub = stub

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        reply = self.stub.handle(request.method or "GET", request.url or "", request.headers, content)
        raw = HTTPResponse(
            io.BytesIO(reply.encoded()), headers=reply.headers, status=reply.status, preload_content=False
        )
        return self.build_response(request, raw)


@contextmanager
def served(stub: BusinessCentralStub) -> Iterator[str]:
    """Serve the stub on a free port of this machine; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            reply = stub.handle(self.command, self.path, dict(self.headers), self.rfile.read(length))
            content = reply.encoded()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stub.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub.base
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
