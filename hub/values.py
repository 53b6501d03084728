"""Translate Norce's values to the ERP's words; a missing translation is an error a business user can mend."""

from __future__ import annotations

from collections.abc import Callable

from connectors.errors import MappingError
from hub.models import Application, ValueMapping
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
