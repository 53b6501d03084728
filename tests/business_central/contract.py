"""The OpenAPI document: which operation a request is, and what of it or of its answer the document does not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

PATH = Path(__file__).parents[2] / "connectors" / "erp" / "contracts" / "business-central.openapi.yaml"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(formats=["uuid", "date"])
# What every request may carry.
HEADERS = {"authorization", "accept", "content-type", "content-length", "host", "connection", "accept-encoding"}
HEADERS |= {"user-agent"}


@FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or MOMENT.fullmatch(value) is not None


@cache
def document() -> Any:
    return yaml.safe_load(PATH.read_text())


@cache
def _registry() -> Registry[Any]:
    resource = Resource(contents=document(), specification=DRAFT202012)
    registry: Registry[Any] = Registry()
    return registry.with_resource("urn:bc", resource)


def operation(method: str, path: str) -> tuple[str, Any]:
    """Return the template of a path and what the document says of the method there; KeyError when nothing."""
    for template, item in document()["paths"].items():
        if _pattern(template).fullmatch(path):
            return template, item[method.lower()] | {"shared": item.get("parameters", [])}
    raise KeyError(path)


def request_complaints(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: Any
) -> list[str]:
    """Say what of a request the document does not know or allow."""
    try:
        _, known = operation(method, path)
    except KeyError:
        return [f"{method} {path} is not in the document"]
    parameters = [_resolved(one) for one in (*known.get("parameters", []), *known["shared"])]
    names = {(one["in"], one["name"].lower()) for one in parameters}
    found = [
        f"query option {name}" for name in query if ("query", name.lower()) not in names | {("query", "$skiptoken")}
    ]
    found += [f"header {name}" for name in headers if name not in HEADERS and ("header", name) not in names]
    needed = [one["name"] for one in parameters if one["in"] == "header" and one.get("required")]
    found += [f"missing header {name}" for name in needed if name.lower() not in headers]
    content = known.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if content is None:
        return found + (["a body"] if body is not None else [])
    return found + _complaints(content, body) + list(_strangers(content, body, writing=True))


def answer_complaints(method: str, path: str, status: int, body: Any) -> list[str]:
    """Say what of an answer the document does not know or allow."""
    _, known = operation(method, path)
    answer = known["responses"].get(str(status))
    if answer is None:
        return [f"{method} {path} does not answer {status}"]
    content = _resolved(answer).get("content", {}).get("application/json", {}).get("schema")
    if content is None:
        return [] if body is None else ["a body"]
    return _complaints(content, body) + list(_strangers(content, body, writing=False))


def properties(entity_set: str) -> dict[str, Any]:
    """Return the members of a set's rows."""
    schema = document()["paths"][f"/companies({{companyId}})/{entity_set}"]["get"]["responses"]["200"]
    rows = schema["content"]["application/json"]["schema"]["properties"]["value"]["items"]
    return dict(_resolved(rows)["properties"])


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", r"[^/()']+", re.escape(template)))


def _resolved(node: Any) -> Any:
    while "$ref" in node:
        found = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _complaints(schema: Any, body: Any) -> list[str]:
    pointed = {"$ref": f"urn:bc{schema['$ref']}"} if "$ref" in schema else _pointing(schema)
    validator = Draft202012Validator(pointed, registry=_registry(), format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def _pointing(schema: Any) -> Any:
    """Let the references of a schema that stands alone lead into the document."""
    if isinstance(schema, dict):
        return {key: f"urn:bc{value}" if key == "$ref" else _pointing(value) for key, value in schema.items()}
    return [_pointing(item) for item in schema] if isinstance(schema, list) else schema


def _strangers(schema: Any, body: Any, *, writing: bool) -> Iterator[str]:
    """Yield members that the document does not have, and those that only Business Central may write."""
    schema = _resolved(schema)
    if isinstance(body, list):
        for item in body:
            yield from _strangers(schema.get("items", {}), item, writing=writing)
    elif isinstance(body, dict) and "properties" in schema:
        for name, value in body.items():
            known = schema["properties"].get(name)
            if known is None:
                yield f"unknown member {name}"
            elif writing and known.get("readOnly"):
                yield f"{name} is read only"
            else:
                yield from _strangers(known, value, writing=writing)
