"""What the OpenAPI schema says of problems: their form, an example of each, their headers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.serializers import CharField, IntegerField, Serializer

from hub.problems import CONTENT_TYPE, KINDS

# What every call of an API client may be answered.
COMMON = (
    *("invalid-parameter", "unauthenticated", "forbidden", "method-not-allowed", "not-acceptable"),
    *("too-many-requests", "internal", "hub-away"),
)
HEADERS: tuple[tuple[str, list[int | str], str], ...] = (
    ("WWW-Authenticate", [401], "How to authenticate, and whether a token was refused (RFC 6750)."),
    ("Retry-After", [429, 503], "After how many seconds to ask again."),
)


class WrongParameter(Serializer[Any]):
    """What is wrong with one parameter."""

    parameter = CharField()
    detail = CharField()


class Problem(Serializer[Any]):
    """What went wrong (RFC 9457). Programs go by type, people read title and detail."""

    type = CharField(help_text="A path on the hub, where it is explained.")
    title = CharField()
    status = IntegerField(help_text="As the status of the answer.")
    detail = CharField()
    instance = CharField(help_text="The path that was asked for.")
    errors = WrongParameter(  # type: ignore[assignment]
        many=True, required=False, help_text="Of status 400 only."
    )


def problem_answers(*kinds: str) -> dict[Any, OpenApiResponse]:
    """Return the answers for the common problems and for ``kinds`` (of `hub.problems.KINDS`), by status."""
    by_status: dict[int, list[str]] = {}
    for name in sorted((*COMMON, *kinds), key=lambda name: KINDS[name].status):
        by_status.setdefault(KINDS[name].status, []).append(name)
    return {(status, CONTENT_TYPE): _answer(status, names) for status, names in by_status.items()}


def problem_headers() -> list[OpenApiParameter]:
    """Return the headers that come with problems."""
    return [
        OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=text, response=statuses)
        for name, statuses, text in HEADERS
    ]


def _answer(status: int, names: list[str]) -> OpenApiResponse:
    examples = [OpenApiExample(name, value=_example(name)) for name in names]
    return OpenApiResponse(Problem, description=". ".join(KINDS[name].title for name in names), examples=examples)


def _example(name: str) -> dict[str, Any]:
    kind = KINDS[name]
    told = {"type": f"/api/problems/{name}", "title": kind.title, "status": kind.status, "detail": kind.detail}
    wrong = {"parameter": "limit", "detail": "Ensure this value is less than or equal to 100."}
    return told | {"instance": "/api/orders"} | ({"errors": [wrong]} if kind.status == 400 else {})
