"""Translate Norce's values to the ERP's words and back; what is missing or ambiguous a business user can mend."""

from __future__ import annotations

from collections.abc import Callable

from connectors.errors import MappingError
from hub.models import Application, ErpConnection, ValueMapping
from hub.models.configuration import ValueKind

Translate = Callable[[ValueKind, str], str]


def translator(application: Application) -> Translate:
    """Return the function that translates a value for one application with today's mappings.

    A row of the application goes before a row for all. Without a row the value passes through,
    unless its kind is strict for the application's ERP connection: then MappingError says what to add.
    """
    rows = ValueMapping.objects.filter(application_key__in=("", application.key)).order_by("application_key")
    table = {(row.kind, row.norce_value): row.erp_value for row in rows}
    strict = set(application.erp_connection.strict_kinds)

    def translate(kind: ValueKind, value: str) -> str:
        found = table.get((kind, value))
        if found is None and value and kind in strict:
            raise MappingError(
                f"{ValueKind(kind).label} {value} has no value mapping for {application.name}.",
                remedy=f"Add {value} under Value mappings › {ValueKind(kind).label}, then Retry.",
            )
        return value if found is None else found

    return translate


def norce_translator(application_key: str, connection: ErpConnection) -> Translate:
    """Return the function that gives Norce's value for one of the ERP's, with today's mappings.

    ``application_key`` is "" for what all applications share. A row of the application goes before the
    row for all. Without a row the value passes through, unless its kind is strict for the connection.
    Then, and for an ERP value that stands for two of Norce's, MappingError says what to change.
    """
    table = _norce_values(application_key)
    strict = set(connection.strict_kinds)

    def translate(kind: ValueKind, value: str) -> str:
        found = table.get((kind, value), [])
        if len(found) > 1:
            raise MappingError(
                f"{ValueKind(kind).label} {value} of the ERP stands for both {' and '.join(found)} in Norce.",
                remedy=f"Keep one of them under Value mappings › {ValueKind(kind).label}, then Retry.",
            )
        if not found and value and kind in strict:
            raise MappingError(
                f"{ValueKind(kind).label} {value} of the ERP ({connection.name}) has no value mapping.",
                remedy=f"Add {value} as an ERP value under Value mappings › {ValueKind(kind).label}, then Retry.",
            )
        return found[0] if found else value

    return translate


def _norce_values(application_key: str) -> dict[tuple[str, str], list[str]]:
    """Return Norce's values by kind and ERP value: those of the application's rows, else of the rows for all."""
    keys = {"", application_key}
    rows = list(ValueMapping.objects.filter(application_key__in=keys).exclude(erp_value="").order_by("norce_value"))
    own: dict[tuple[str, str], list[str]] = {}
    shared: dict[tuple[str, str], list[str]] = {}
    overruled = {(row.kind, row.norce_value) for row in rows if row.application_key}
    for row in rows:
        if row.application_key:
            own.setdefault((row.kind, row.erp_value), []).append(row.norce_value)
        elif (row.kind, row.norce_value) not in overruled:
            shared.setdefault((row.kind, row.erp_value), []).append(row.norce_value)
    return shared | own
