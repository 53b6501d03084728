"""POST /norce/events/<EventType>: authenticate, check the size, store, answer."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hub import inbox, rejected
from hub.authentication import knows_bearer

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def receive_event(request: HttpRequest, event_type: str) -> HttpResponse:
    """Take an event from Norce, which names its type in no other place than the address it was given.

    200 without a body when it is stored, also as rejected, because anything else only buys sixteen
    repeats (query-event.md § 3.2); 401, 413 over 64 KiB, 503 when it could not be stored: Norce then
    sends it again.
    """
    if not knows_bearer(request.META.get("HTTP_AUTHORIZATION", ""), settings.NORCE_EVENT_TOKENS):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    try:
        return _receive(request, event_type)
    except DatabaseError as error:
        log.error("event not stored", error=type(error).__name__)
        return HttpResponse(status=503)


def _receive(request: HttpRequest, event_type: str) -> HttpResponse:
    address = str(request.META.get("REMOTE_ADDR", ""))
    body, size = _read(request)
    if size > settings.EVENT_BODY_LIMIT:
        reason = rejected.TOO_LARGE % {"size": size, "most": settings.EVENT_BODY_LIMIT}
        rejected.keep(endpoint=inbox.ENDPOINT, body=b"", reason=reason, address=address, size=size)
        return HttpResponse(status=413)
    inbox.receive(event_type=event_type, body=body, content_type=request.content_type or "", address=address)
    return HttpResponse()


def _read(request: HttpRequest) -> tuple[bytes, int]:
    """Return the body and its size in bytes; of too large a body only the size, as far as it was read."""
    most = settings.EVENT_BODY_LIMIT
    if request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH"):
        # A .NET client may send its JSON in chunks without a length, of which Django reads nothing.
        body = request.META["wsgi.input"].read(most + 1)
        return body, len(body)
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    return (request.body if size <= most else b""), size
