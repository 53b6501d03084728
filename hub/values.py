"""Translate Norce's values to the ERP's words and back; what is missing or ambiguous a business user can mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.errors import MappingError
from hub.models import Application, ErpConnection, ValueMapping
from hub.models.configuration import ValueKind

Translate = Callable[[ValueKind, str], str]
# Kind, application key ("" for all) and Norce value.
Key = tuple[str, str, str]
# The ERP's values of some mappings.
Table = Mapping[Key, str]


def read_table(*application_keys: str) -> dict[Key, str]:
    """Return today's mappings: those for all and of the applications named, or those of every one."""
    rows = ValueMapping.objects.order_by("norce_value")
    if application_keys:
        rows = rows.filter(application_key__in=("", *application_keys))
    columns = rows.values_list("kind", "application_key", "norce_value", "erp_value")
    return {(kind, key, value): erp_value for kind, key, value, erp_value in columns}


def erp_value(table: Table, application_key: str, kind: str, value: str) -> str | None:
    """Return the ERP's value of one of Norce's: a row of the application goes before a row for all."""
    return table.get((kind, application_key, value), table.get((kind, "", value)))


def translator(application: Application, table: Table | None = None) -> Translate:
    """Return the function that translates a value for one application, with today's mappings unless told others.

    Without a row the value passes through, unless its kind is strict for the application's ERP
    connection: then MappingError says what to add.
    """
    rows = read_table(application.key) if table is None else table
    strict = set(application.erp_connection.strict_kinds)

    def translate(kind: ValueKind, value: str) -> str:
        found = erp_value(rows, application.key, kind, value)
        if found is None and value and kind in strict:
            raise MappingError(
                "value_unmapped", kind=kind, value=value, application=application.name, application_key=application.key
            )
        return value if found is None else found

    return translate


def norce_translator(application_key: str, connection: ErpConnection, table: Table | None = None) -> Translate:
    """Return the function that gives Norce's value for one of the ERP's, with today's mappings unless told others.

    ``application_key`` is "" for what all applications share. A row of the application goes before the
    row for all. Without a row the value passes through, unless its kind is strict for the connection.
    Then, and for an ERP value that stands for two of Norce's, MappingError says what to change.
    """
    values = _norce_values(application_key, read_table(application_key) if table is None else table)
    strict = set(connection.strict_kinds)

    def translate(kind: ValueKind, value: str) -> str:
        found = values.get((kind, value), [])
        if len(found) > 1:
            raise MappingError("erp_value_ambiguous", kind=kind, value=value, values=" and ".join(found))
        if not found and value and kind in strict:
            raise MappingError(
                "erp_value_unmapped",
                kind=kind,
                value=value,
                connection=connection.name,
                application_key=application_key,
            )
        return found[0] if found else value

    return translate


def _norce_values(application_key: str, table: Table) -> dict[tuple[str, str], list[str]]:
    """Return Norce's values by kind and ERP value: those of the application's rows, else of the rows for all."""
    own: dict[tuple[str, str], list[str]] = {}
    shared: dict[tuple[str, str], list[str]] = {}
    for (kind, key, value), name in table.items():
        if name and key and key == application_key:
            own.setdefault((kind, name), []).append(value)
        elif name and not key and not (application_key and table.get((kind, application_key, value))):
            shared.setdefault((kind, name), []).append(value)
    return shared | own
