"""Check bodies against the schemas of Norce's contracts (the OpenAPI files beside the Norce client)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from connectors.sandbox.http import Refusal

INT32 = range(-(2**31), 2**31)


def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or value in INT32


FORMATS = FormatChecker(formats=("uuid",))
FORMATS.checks("int32")(_is_int32)


@cache
def _contract(service: str) -> dict[str, Any]:
    text = files("connectors.norce").joinpath("contracts", f"norce-{service}-service.openapi.yaml").read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    contract: dict[str, Any] = yaml.load(text, Loader=loader)
    return contract


@cache
def _validator(service: str, schema: str, many: bool) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resource(
        f"urn:{service}", DRAFT202012.create_resource(_contract(service))
    )
    one = {"$ref": f"urn:{service}#/components/schemas/{schema}"}
    wanted = {"type": "array", "items": one} if many else one
    return Draft202012Validator(wanted, registry=registry, format_checker=FORMATS)


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
    names: list[str] = _contract("customer")["components"]["schemas"][schema]["oneOf"][0]["enum"]
    return names


def _path(error: ValidationError) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return "".join(parts).lstrip(".") or "the body"
