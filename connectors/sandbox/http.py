"""What travels: requests, responses, refusals, and the table that finds the handler of a path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import simplejson


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request. ``path`` is as on the wire, header names are lower case, ``params`` are parts of the path."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Build one from the parts of the wire; ``target`` is a path with a query or a whole address."""
        parts = urlsplit(target)
        return cls(
            method=method.upper(),
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )

    def json(self) -> Any:
        """Return the decoded body with decimals exact; refuse another content type (415) or broken JSON (400)."""
        content_type = self.headers.get("content-type", "")
        if "json" not in content_type.lower():
            raise Refusal(415, f"Content-Type is {content_type or 'missing'}; send application/json.")
        try:
            return simplejson.loads(self.body.decode(), use_decimal=True)
        except ValueError as error:
            raise Refusal(400, f"The body is not JSON: {error}.") from error

    def form(self) -> dict[str, str]:
        """Return the fields of a form body; an empty dictionary for any other content type."""
        if "x-www-form-urlencoded" not in self.headers.get("content-type", ""):
            return {}
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))


@dataclass(frozen=True, kw_only=True)
class Response:
    """One answer. ``delay`` (seconds) and ``lost`` are carried out by whoever transports it:
    the socket server and the in-process adapter do the same with them.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    lost: bool = False

    @classmethod
    def json(cls, data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """Return ``data`` as JSON; decimals are written exactly."""
        text = simplejson.dumps(data, use_decimal=True, ensure_ascii=False, separators=(",", ":"))
        return cls(
            status=status,
            body=text.encode(),
            headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})},
        )

    @classmethod
    def text(cls, text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """Return plain text."""
        return cls(
            status=status, body=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8", **(headers or {})}
        )


class Refusal(Exception):
    """A request that is answered with an error status; ``data`` makes the body JSON instead of the text."""

    def __init__(self, status: int, text: str, *, data: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.data = data
        self.headers = headers

    def response(self) -> Response:
        """Return the answer that the caller gets."""
        if self.data is None:
            return Response.text(self.text, self.status, self.headers)
        return Response.json(self.data, self.status, self.headers)


Handler = Callable[[Request], Response]


@dataclass(frozen=True)
class Route:
    """A handler and the name by which faults and messages speak of it."""

    name: str
    handler: Handler


class Router:
    """Finds the route of a method and a path; ``<name>`` in a pattern stands for one segment."""

    def __init__(self) -> None:
        self._fixed: dict[str, dict[str, Route]] = {}
        self._variable: list[tuple[re.Pattern[str], str, Route]] = []
        self.names: list[str] = []

    def add(self, method: str, pattern: str, handler: Handler, name: str = "") -> None:
        """Register a handler; its name is ``METHOD pattern`` when none is given."""
        route = Route(name or f"{method} {pattern}", handler)
        self.names.append(route.name)
        if "<" not in pattern:
            self._fixed.setdefault(pattern, {})[method] = route
            return
        expression = re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", pattern))
        self._variable.append((expression, method, route))

    def find(self, request: Request) -> tuple[Route, Request]:
        """Return the route and the request with its path parameters; refuse with 404 or 405."""
        methods = self._fixed.get(unquote(request.path), {})
        if request.method in methods:
            return methods[request.method], request
        for expression, method, route in self._variable:
            match = expression.fullmatch(request.path)
            if match and method == request.method:
                # Only now, so that a code may hold what parts a path.
                params = {name: unquote(part) for name, part in match.groupdict().items()}
                return route, replace(request, params=params)
        if methods:
            raise Refusal(405, f"{request.path} takes {', '.join(methods)}.", headers={"Allow": ", ".join(methods)})
        raise Refusal(404, f"There is nothing at {request.path}.")
