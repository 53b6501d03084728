"""Mount a sandbox into a requests session: the same wire without a socket."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from connectors.sandbox.core import Sandbox
from connectors.sandbox.http import Request


class SandboxAdapter(HTTPAdapter):
    """``session.mount("http://sandbox.test", SandboxAdapter(sandbox))``.

    A delay longer than the caller's timeout raises ReadTimeout and a lost answer ConnectionError,
    both after the work was done, as over a socket.
    """

    def __init__(self, sandbox: Sandbox, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._sandbox = sandbox
        self._sleep = sleep

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Hand the request to the sandbox and return what it answers."""
        answer = self._sandbox.handle(_received(request))
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if patience is not None and answer.delay > patience:
            self._sleep(patience)
            raise requests.ReadTimeout(f"Read timed out. (read timeout={patience})", request=request)
        if answer.delay:
            self._sleep(answer.delay)
        if answer.lost:
            raise requests.ConnectionError("The connection was closed without an answer.", request=request)
        raw = HTTPResponse(
            io.BytesIO(answer.body), headers=dict(answer.headers), status=answer.status, preload_content=False
        )
        return self.build_response(request, raw)


def _received(request: requests.PreparedRequest) -> Request:
    body = request.body or b""
    headers = {"Host": urlsplit(request.url or "").netloc, **request.headers}
    content = body.encode() if isinstance(body, str) else body
    return Request.of(request.method or "GET", request.url or "", headers, content)
