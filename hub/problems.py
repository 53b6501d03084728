"""What goes wrong in the API, said to machines as RFC 9457 asks: application/problem+json, the same members always."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from connectors.errors import HubError, TransientError

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
# What a client is told to wait when nobody knows better, in seconds.
PAUSE = 30


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of problem. ``detail`` is what it says of itself where nothing more is known."""

    status: int
    title: str
    detail: str


KINDS = {
    "invalid-parameter": Kind(
        status=400,
        title="A parameter cannot be used",
        detail="The member errors names each parameter and what to send.",
    ),
    "unauthenticated": Kind(
        status=401,
        title="No valid token",
        detail="Send Authorization: Bearer with the token of an active API client.",
    ),
    "forbidden": Kind(
        status=403, title="Not for this client", detail="The application is none of those that this client may see."
    ),
    "not-found": Kind(
        status=404, title="Nothing there for this client", detail="There is no such order, or it is another's."
    ),
    "method-not-allowed": Kind(status=405, title="Method not allowed", detail="Use GET."),
    "not-acceptable": Kind(status=406, title="Not acceptable", detail="The answer is application/json; accept that."),
    "too-many-requests": Kind(
        status=429, title="Too many requests", detail="Wait as many seconds as the header Retry-After says."
    ),
    "internal": Kind(
        status=500, title="An error of the hub", detail="The hub could not answer; its log knows more. Tell its keeper."
    ),
    "erp-nonsense": Kind(
        status=502,
        title="The ERP's answer cannot be used",
        detail="The ERP refused the hub's question or answered something that is no order. Tell the hub's keeper.",
    ),
    "erp-away": Kind(
        status=503, title="The ERP does not answer", detail="Try again after the seconds of the header Retry-After."
    ),
    "hub-away": Kind(
        status=503, title="The hub cannot work", detail="Try again after the seconds of the header Retry-After."
    ),
}
BY_STATUS = {kind.status: name for name, kind in reversed(KINDS.items())}


class Problem(Exception):
    """A problem of a kind. ``detail`` must hold nothing of a person; ``more`` are members of this kind's own."""

    def __init__(
        self,
        kind: str,
        *,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail or KINDS[kind].detail
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def wrong_parameters(errors: Mapping[str, str]) -> Problem:
    """Return the problem that names parameters and what is wrong with each."""
    listed = [{"parameter": name, "detail": text} for name, text in errors.items()]
    detail = " ".join(f"{name}: {text}" for name, text in errors.items())
    return Problem("invalid-parameter", detail=detail, more={"errors": listed})


def erp_away(seconds: float | None) -> Problem:
    """Return the problem of an ERP that is away, with the seconds after which to come again (default 30)."""
    return Problem("erp-away", headers={"Retry-After": _whole(seconds)})


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """Return the answer to what a view of the API raised: REST framework's ``EXCEPTION_HANDLER`` of those views.

    ``type`` is a path on this hub where its meaning is told (`explain`), the same on every machine; ``instance`` is
    the path that was asked for, without its query, which may tell whose orders. An error that nobody
    has thought of is logged and says nothing of itself.
    """
    problem = _problem_of(error)
    kind = KINDS[problem.kind]
    body = {
        "type": f"/api/problems/{problem.kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": context["request"].get_full_path_info().partition("?")[0],
    }
    return Response(body | problem.more, status=kind.status, headers=problem.headers, content_type=CONTENT_TYPE)


def explain(request: HttpRequest, name: str) -> HttpResponse:
    """Tell a person what a ``type`` means."""
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    return HttpResponse(f"{kind.status} {kind.title}\n\n{kind.detail}\n", content_type="text/plain; charset=utf-8")


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        return wrong_parameters(_texts(error.detail))
    if isinstance(error, APIException):
        return _known(error)
    if isinstance(error, Http404 | PermissionDenied):
        return Problem("not-found" if isinstance(error, Http404) else "forbidden")
    if isinstance(error, HubError):
        return _of_erp(error)
    log.error("api failed", error=type(error).__name__, exc_info=error)
    if isinstance(error, DatabaseError):
        return Problem("hub-away", headers={"Retry-After": str(PAUSE)})
    return Problem("internal")


def _known(error: APIException) -> Problem:
    headers = {}
    if hasattr(error, "auth_header"):
        headers["WWW-Authenticate"] = str(error.auth_header)
    if hasattr(error, "wait"):
        headers["Retry-After"] = _whole(error.wait)
    return Problem(BY_STATUS.get(error.status_code, "internal"), headers=headers)


def _of_erp(error: HubError) -> Problem:
    """An ERP's own words may quote a person; they stay in the record of the call."""
    log.warning("erp not read", kind=error.kind, status=error.status)
    return erp_away(error.retry_after) if isinstance(error, TransientError) else Problem("erp-nonsense")


def _texts(detail: Any) -> dict[str, str]:
    return {str(name): " ".join(map(str, texts)) for name, texts in detail.items()}


def _whole(seconds: float | None) -> str:
    return str(max(math.ceil(PAUSE if seconds is None else seconds), 1))
