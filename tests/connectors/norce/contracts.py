"""The contracts and sample orders, and which dataclass stands for which schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import simplejson
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from connectors.norce import plan
from connectors.norce.message import Message
from connectors.norce.types import customers, jobs, order_updates, orders, warehouse

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "connectors" / "sandbox" / "samples").glob("order-*.json"))
ORDER, CUSTOMER, QUERY = "norce-order-service", "norce-customer-service", "norce-query"
MODULES: dict[str, tuple[ModuleType, ...]] = {
    ORDER: (orders, order_updates, warehouse),
    CUSTOMER: (customers, jobs),
}
# A header is a line of text that is computed from the records (`connectors.norce.header`), never a message.
HEADERS = {"CustomerHeader", "ImportCustomersHeader", "ImportCompaniesHeader"}


@cache
def contract(service: str) -> Any:
    path = ROOT / "connectors" / "norce" / "contracts" / f"{service}.openapi.yaml"
    return yaml.safe_load(path.read_text())


@cache
def validator(service: str, schema: str) -> Draft202012Validator:
    resource = Resource(contents=contract(service), specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:contract", resource)
    return Draft202012Validator({"$ref": f"urn:contract#/components/schemas/{schema}"}, registry=registry)


def complaints(service: str, schema: str, data: Any) -> list[str]:
    """Validate what is sent the way Norce will see it; floats are enough to check types."""
    wire = simplejson.loads(simplejson.dumps(data, use_decimal=True))
    return [f"{error.json_path}: {error.message}" for error in validator(service, schema).iter_errors(wire)]


def object_schemas(service: str) -> dict[str, dict[str, Any]]:
    """Return name -> members of every schema that describes an object, allOf flattened."""
    schemas = contract(service)["components"]["schemas"]
    found = {name: _members(schemas, schema) for name, schema in schemas.items() if name not in HEADERS}
    return {name: members for name, members in found.items() if members}


def _members(schemas: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        members |= _members(schemas, schemas[part["$ref"].rsplit("/")[-1]] if "$ref" in part else part)
    return members | schema.get("properties", {})


def page_complaints(path: str, page: Any) -> list[str]:
    """Validate a page of Query, and name the members that its schema does not know."""
    schema = contract(QUERY)["paths"][f"/{path}"]["get"]["responses"]["200"]["$ref"].rpartition("/")[2]
    names = sorted({name for row in page["value"] for name in unknown_members(entity(path), row)})
    return complaints(QUERY, schema, page) + names


def entity(path: str) -> str:
    """Return the schema of the rows of a set of Query."""
    schema = contract(QUERY)["paths"][f"/{path}"]["get"]["responses"]["200"]["$ref"].rpartition("/")[2]
    page = contract(QUERY)["components"]["schemas"][schema]
    return page["properties"]["value"]["items"]["$ref"].rpartition("/")[2]


def unknown_members(schema: str, row: Any) -> Iterator[str]:
    """Yield the members of a row, and of the rows in it, that their schemas do not know."""
    known = contract(QUERY)["components"]["schemas"][schema]["properties"]
    for name, value in row.items():
        if name not in known:
            yield f"{schema}.{name}"
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from unknown_members(led_to(known[name]), inner)


def led_to(member: dict[str, Any]) -> str:
    """Return the schema of the rows that a member of a row holds."""
    choices = [member.get("items", {}), *member.get("oneOf", ()), *member.get("anyOf", ())]
    return next(choice["$ref"] for choice in choices if "$ref" in choice).rpartition("/")[2]


def class_of(service: str, schema: str) -> type[Message]:
    [found] = [getattr(module, schema) for module in MODULES[service] if schema in vars(module)][:1] or [None]
    assert found is not None and is_dataclass(found), f"{service} has no dataclass {schema}"
    return found


def members_of(cls: type[Message]) -> dict[str, plan.Member]:
    return {member.name: member for member in plan.plan_of(cls).members}
