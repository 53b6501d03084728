"""What the platform asks: is the process alive, and is the hub able to work."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from hub import beats, drain


def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, queue and workers are there, else 503 with what is down."""
    down = problems()
    return JsonResponse({"ready": not down, "down": down}, status=503 if down else 200)


def problems() -> list[str]:
    """Return what keeps the hub from working, in words; empty when all is well."""
    try:
        connection.ensure_connection()
        down = _worker_problems()
    except DatabaseError as error:
        return [f"database: {type(error).__name__}"]
    return down + _queue_problems()


def _worker_problems() -> list[str]:
    limit = beats.stall_limit()
    last = beats.last_beat()
    if last is None or last < limit:
        since = f"since {last:%Y-%m-%d %H:%M:%S %Z}" if last else "ever"
        return [f"workers: no sign of life {since}"]
    if drain.neglected_since(limit):
        return ["workers: due work is not being taken"]
    return []


def _queue_problems() -> list[str]:
    if not settings.REDIS_URL:
        return []
    try:
        redis.from_url(settings.REDIS_URL, socket_timeout=2).ping()
    except redis.RedisError as error:
        return [f"queue: {type(error).__name__} (work goes on more slowly without it)"]
    return []
