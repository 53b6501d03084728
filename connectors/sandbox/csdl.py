"""Write $metadata, the OData model of a namespace, from the shapes of the rows that the sandbox answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from connectors.sandbox.contracts import row_properties
from connectors.sandbox.query_sets import Navigation, RowSet, Shape

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
TYPES = {
    "int32": "Edm.Int32",
    "int64": "Edm.Int64",
    "decimal": "Edm.Decimal",
    "date-time": "Edm.DateTimeOffset",
    "uuid": "Edm.Guid",
    "boolean": "Edm.Boolean",
    "string": "Edm.String",
}

_PREFIXES: dict[Any, str] = {None: EDM}


def written_model(namespace: str, sets: Sequence[RowSet]) -> bytes:
    """Return the CSDL document of the sets of a namespace. That the model's types are the contract's is inferred."""
    root = etree.Element(f"{{{EDMX}}}Edmx", Version="4.0", nsmap={"edmx": EDMX})
    services = etree.SubElement(root, f"{{{EDMX}}}DataServices")
    schema = etree.SubElement(services, f"{{{EDM}}}Schema", Namespace=namespace, nsmap=_PREFIXES)
    kinds = {rows.shape.entity: (rows.shape, dict(rows.navigations)) for rows in sets}
    led_to = [each.shape for rows in sets for each in rows.navigations.values()]
    kinds |= {kind.entity: (kind, {}) for kind in led_to if kind.entity not in kinds}
    for kind, navigations in kinds.values():
        _add_type(schema, namespace, kind, navigations)
    container = etree.SubElement(schema, f"{{{EDM}}}EntityContainer", Name="Container")
    for rows in sets:
        _add(container, "EntitySet", rows.path.partition("/")[2], EntityType=f"{namespace}.{rows.shape.entity}")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _add_type(schema: etree._Element, namespace: str, kind: Shape, navigations: dict[str, Navigation]) -> None:
    entity = _add(schema, "EntityType", kind.entity)
    _add(_add(entity, "Key"), "PropertyRef", "Id")
    for name in kind.names:
        _add(entity, "Property", name, Type=_type(kind.entity, name))
    for name, navigation in navigations.items():
        target = f"{namespace}.{navigation.shape.entity}"
        _add(entity, "NavigationProperty", name, Type=f"Collection({target})" if navigation.many else target)


def _add(parent: etree._Element, tag: str, name: str = "", **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{EDM}}}{tag}", {"Name": name, **attributes} if name else {})


def _type(entity: str, name: str) -> str:
    schema = row_properties(entity)[name]
    if "oneOf" in schema:
        return "Edm.Int64"
    first = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    return TYPES[schema.get("format", first)]
