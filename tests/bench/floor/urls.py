"""One address and its view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.bench.floor.models import Message

ANSWER = b'{"StatusCode":"OK"}'


def insert(request: HttpRequest) -> HttpResponse:
    """Insert the body in autocommit and answer OK."""
    Message.objects.create(body=request.body)
    return HttpResponse(ANSWER, content_type="application/json", headers={"Content-Length": str(len(ANSWER))})


urlpatterns = [path("norce/orders", insert)]
