"""Check bodies against the schemas of Norce's contracts (the OpenAPI files beside the Norce client)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import simplejson
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from connectors.sandbox.http import Refusal

INT32 = range(-(2**31), 2**31)


def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or value in INT32


FORMATS = FormatChecker(formats=("uuid",))
FORMATS.checks("int32")(_is_int32)

# The Python types of a schema that asks for nothing but these; added when a contract is loaded.
PLAIN = "x-plain-types"
PYTHON_TYPES: dict[str, type] = {"string": str, "boolean": bool, "null": type(None)}


def _properties(validator: Any, properties: dict[str, Any], instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The keyword ``properties``, without the long way for plain members: an import has tens of thousands of them."""
    if not isinstance(instance, dict):
        return
    for name, member in properties.items():
        if name in instance and type(instance[name]) not in member.get(PLAIN, ()):
            yield from validator.descend(instance[name], member, path=name, schema_path=name)


Validator = extend(Draft202012Validator, {"properties": _properties})


def _prepare(node: Any, schemas: dict[str, Any]) -> None:
    """Put the schemas that are referred to in the place of the references, and mark the plain ones."""
    for place, each in list(node.items() if isinstance(node, dict) else enumerate(node)):
        if isinstance(each, dict) and "$ref" in each:
            # Nothing but descriptions stands beside a reference in Norce's contracts.
            node[place] = schemas[each["$ref"].rpartition("/")[2]]
        elif isinstance(each, dict | list):
            _prepare(each, schemas)
    if isinstance(node, dict) and node.keys() & Validator.VALIDATORS.keys() == {"type"}:
        names = [node["type"]] if isinstance(node["type"], str) else node["type"]
        if isinstance(names, list) and PYTHON_TYPES.keys() >= set(names):
            node[PLAIN] = {PYTHON_TYPES[name] for name in names}


@cache
def _contract(name: str) -> dict[str, Any]:
    text = files("connectors.norce").joinpath("contracts", f"norce-{name}.openapi.yaml").read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    contract: dict[str, Any] = yaml.load(text, Loader=loader)
    _prepare(contract["components"]["schemas"], contract["components"]["schemas"])
    return contract


@cache
def _validator(service: str, schema: str, many: bool) -> Any:
    one = _contract(f"{service}-service")["components"]["schemas"][schema]
    wanted = {"type": "array", "items": one} if many else one
    return Validator(wanted, format_checker=FORMATS)


@cache
def _event_schemas() -> dict[str, Any]:
    text = files("connectors.norce").joinpath("contracts", "norce-events.schema.json").read_text(encoding="utf-8")
    schemas: dict[str, Any] = simplejson.loads(text)["$defs"]
    _prepare(schemas, schemas)
    return schemas


def event_problem(event_type: str, body: Any) -> str:
    """Say what Norce's contract has against the body of an event, empty when nothing.

    Messages are open objects; but a member that is not in the contract is none that Norce sends.
    """
    schemas = _event_schemas()
    if event_type not in schemas["EventType"]["enum"]:
        return f"There are no events of type {event_type}; there are {', '.join(schemas['EventType']['enum'])}."
    error = best_match(Validator(schemas[event_type]).iter_errors(body))
    if error is not None:
        return f"{event_type}: {_path(error)}: {error.message[:500]}"
    unknown = body.keys() - schemas[event_type]["properties"].keys()
    return f"{event_type}: the contract has no {', '.join(sorted(unknown))}." if unknown else ""


def check(service: str, schema: str, value: Any, *, many: bool = False) -> None:
    """Refuse (400) a value that breaks the named schema; with ``many`` it must be an array of them.

    ``service`` is ``order``, ``customer`` or ``job``. The text names the path: ``Items[2].UnitPrice: …``.
    """
    refuse_errors(_validator(service, schema, many).iter_errors(value), schema)


def refuse_errors(errors: Iterable[ValidationError], what: str) -> None:
    """Refuse (400) with the most telling of ``errors``; return when there is none."""
    error = best_match(errors)
    if error is not None:
        raise Refusal(400, f"{what}: {_path(error)}: {error.message[:500]}")


def field_names(schema: str) -> list[str]:
    """Return the names of a header field enum (``CustomerField``, ``CompanyField``), placed by their numbers."""
    names: list[str] = _contract("customer-service")["components"]["schemas"][schema]["oneOf"][0]["enum"]
    return names


def row_properties(schema: str) -> dict[str, Any]:
    """Return the properties of a row of Query by name."""
    properties: dict[str, Any] = _contract("query")["components"]["schemas"][schema]["properties"]
    return properties


def _path(error: ValidationError) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return "".join(parts).lstrip(".") or "the body"
