"""Spare the machines what only people need; write no person into the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django_structlog.middlewares import RequestMiddleware

MACHINES = ("/norce/",)
# Machines ask for the same few addresses over and over.
resolved = lru_cache(maxsize=64)(resolve)
GetResponse = Callable[[HttpRequest], HttpResponse]


def machines(get_response: GetResponse) -> GetResponse:
    """Answer the addresses of machines at once, without session, language, CSRF, sign-in, messages and redirects.

    Those endpoints authenticate each request by itself and set no cookie; what the middleware
    behind this one does for people would cost every order a tenth of its time. An error in the view
    is answered 500 as anywhere else.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(MACHINES):
            return get_response(request)
        match = request.resolver_match = resolved(request.path_info)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # Without a length the server would answer in chunks.
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return answer


class RequestLog(RequestMiddleware):
    """The log of requests by their path alone: a query may hold whom somebody has looked for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return what the log calls a request."""
        return f"{request.method} {request.path}"
