"""POST /norce/orders: authenticate, check the size and the kind, store, answer."""

from __future__ import annotations

from functools import lru_cache

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectors.catalogue.sentences import sentence
from connectors.norce import wire, xml
from connectors.norce.types.order_updates import OrderResponse, ResponseStatus
from hub import rejected
from hub.authentication import basic_user
from orders.models import Order
from orders.receiving import ENDPOINT, receive

log = structlog.get_logger(__name__)

FORMATS = {
    "application/json": Order.Format.JSON,
    "text/json": Order.Format.JSON,
    "application/xml": Order.Format.XML,
    "text/xml": Order.Format.XML,
}
SEND_JSON_OR_XML = sentence(_("Send application/json or application/xml."))


@csrf_exempt
@require_POST
def create_order(request: HttpRequest) -> HttpResponse:
    """Take an OrderRequest from Norce and answer an OrderResponse in the same content type.

    200 OK when it is stored (also when it was before), 200 Failed when it cannot be identified, 401,
    413 over 2 MiB, 415, 503 when it could not be stored: Norce then sends it again.
    """
    user = basic_user(request.META.get("HTTP_AUTHORIZATION", ""), settings.NORCE_RECEIVER_CREDENTIALS)
    if user is None:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="Norce orders"'})
    format = FORMATS.get((request.content_type or "").lower())
    try:
        return _receive(request, format, user)
    except DatabaseError as error:
        log.error("order not stored", error=type(error).__name__)
        return _answer(_failed("The order could not be stored; send it again."), format, 503)


def _receive(request: HttpRequest, format: Order.Format | None, user: str) -> HttpResponse:
    body, size = _read(request)
    if size > settings.ORDER_BODY_LIMIT:
        reason = rejected.TOO_LARGE % {"size": size, "most": settings.ORDER_BODY_LIMIT}
        return _refuse(request, user, 413, reason, size=size)
    if format is None:
        return _refuse(request, user, 415, SEND_JSON_OR_XML, body=body, size=size)
    response = receive(body=body, format=format, sender=user, address=_address(request))
    return _answer(response, format, 200)


def _read(request: HttpRequest) -> tuple[bytes, int]:
    """Return the body and its size in bytes; of too large a body only the size, as far as it was read."""
    most = settings.ORDER_BODY_LIMIT
    if request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH"):
        # A .NET client may send its JSON in chunks without a length, of which Django reads nothing.
        body = request.META["wsgi.input"].read(most + 1)
        return body, len(body)
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    return (request.body if size <= most else b""), size


def _refuse(request: HttpRequest, user: str, status: int, reason: str, *, size: int, body: bytes = b"") -> HttpResponse:
    rejected.keep(
        endpoint=ENDPOINT,
        body=body,
        reason=reason,
        content_type=request.content_type or "",
        sender=user,
        address=_address(request),
        size=size,
    )
    return _answer(_failed(reason), FORMATS.get((request.content_type or "").lower()), status)


def _failed(reason: str) -> OrderResponse:
    return OrderResponse(status_code=ResponseStatus.FAILED, has_erp_order_no=False, description=reason)


def _answer(response: OrderResponse, format: Order.Format | None, status: int) -> HttpResponse:
    body, content_type = _encoded(response, format)
    return HttpResponse(body, content_type=content_type, status=status)


@lru_cache(maxsize=64)
def _encoded(response: OrderResponse, format: Order.Format | None) -> tuple[bytes, str]:
    """Return an answer in the kind of the request; nearly all orders get the same one."""
    if format == Order.Format.XML:
        return xml.write_order_response(response), "application/xml"
    return wire.encode(response), "application/json"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
