"""Orders and answers as XML, for the endpoint types with which Norce does not send JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from lxml import etree

from connectors.norce.kinds import Kind, Text
from connectors.norce.message import Message, WireError
from connectors.norce.phrases import (
    CONTROL_CHARACTERS,
    DOCUMENT_TYPE,
    ONE_ELEMENT,
    PLAIN_XML,
    ROOT,
    TWO_ELEMENTS,
    XML_TEXT,
)
from connectors.norce.plan import Many, Plan, Record, plan_of
from connectors.norce.types.order_updates import OrderResponse
from connectors.norce.types.orders import CodeValue, OrderRequest, PriceListItem, Promotion
from connectors.norce.wire import write

ORDER_NAMESPACE = "Enferno.Services.StormConnect.Contracts.Order"
PROMOTION_NAMESPACE = "Enferno.Services.Contracts.StormConnect.Order"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
NIL = f"{{{SCHEMA_INSTANCE}}}nil"

_RESPONSE_PREFIXES: dict[Any, str] = {None: ORDER_NAMESPACE}
_REQUEST_PREFIXES: dict[Any, str] = {None: ORDER_NAMESPACE, "i": SCHEMA_INSTANCE, "p": PROMOTION_NAMESPACE}

# The .NET contract names the items of these lists unlike their type.
_ITEM_NAMES: Mapping[type[Message], str] = {PriceListItem: "Pricelist", CodeValue: "Value"}
# .NET drops elements that are out of order, so the answer keeps to the order of the contract's members.
_RESPONSE_ORDER = ("StatusCode", "Description", "HasErpOrderNo", "ErpOrderNo")


class _Builder:
    """Builds the tree, without comments, and stops at a document type before any entity in it is looked at."""

    def __init__(self) -> None:
        self.has_doctype = False
        self._tree = etree.TreeBuilder()
        self.data = self._tree.data
        self.end = self._tree.end
        self.close = self._tree.close

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
        self._tree.start(tag, attrib)

    def comment(self, text: str | bytes) -> None:
        """Leave the comment out."""

    def doctype(self, *_: str | None) -> None:
        self.has_doctype = True
        raise ValueError("A document type is not accepted.")


def read_order_request(body: bytes) -> dict[str, Any]:
    """Return an OrderRequest in XML as the mapping its JSON would give, for `wire.read`.

    Namespaces do not matter; nil and empty elements are absent; every element in a list is an item.
    A number that cannot be read stays text, so that `wire.read` refuses it with its path. Raises
    WireError for XML that is malformed, nested too deeply, of another root or with a document type.
    """
    root = parsed(body)
    name = _name(root)
    if name != "OrderRequest":
        raise WireError("", ROOT, f"{name[:40]!r}")
    return _object(root, plan_of(OrderRequest))


def write_order_response(response: OrderResponse) -> bytes:
    """Return our answer as XML, its elements in the contract's order. Raises WireError as `wire.write`."""
    members = write(response)
    root = etree.Element(f"{{{ORDER_NAMESPACE}}}OrderResponse", nsmap=_RESPONSE_PREFIXES)
    for name in _RESPONSE_ORDER:
        if members.get(name) is not None:
            _fill(etree.SubElement(root, f"{{{ORDER_NAMESPACE}}}{name}"), members[name], None)
    return _serialized(root)


def order_request_to_xml(order: Mapping[str, Any]) -> bytes:
    """Return an OrderRequest given as plain JSON values as the XML that Norce sends.

    Nulls become nil elements, empty texts, lists and objects empty ones. Raises WireError for text
    that XML cannot hold.
    """
    root = etree.Element(f"{{{ORDER_NAMESPACE}}}OrderRequest", nsmap=_REQUEST_PREFIXES)
    _fill(root, order, Record(OrderRequest))
    return _serialized(root)


def parsed(body: bytes) -> etree._Element:
    """Return the root of a document of another's; raise WireError unless it is plain, well-formed XML."""
    builder = _Builder()
    parser = etree.XMLParser(target=builder, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        problem = DOCUMENT_TYPE if builder.has_doctype else str(error)
        raise WireError("", PLAIN_XML, problem) from None


def _object(element: etree._Element, plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        member = plan.by_spelling.get(_name(child).lower())
        name = member.name if member else _name(child)
        value = None if child.get(NIL) in ("true", "1") else _value(child, member.kind if member else None)
        if value in (None, "", {}, []):
            continue
        if name in found:
            raise WireError(name, ONE_ELEMENT, TWO_ELEMENTS)
        found[name] = value
    return found


def _value(element: etree._Element, kind: Kind | None) -> Any:
    match kind:
        case Record():
            return _object(element, plan_of(kind.of))
        case Many():
            items = [_value(item, kind.of) for item in element if item.get(NIL) not in ("true", "1")]
            return [item for item in items if item not in ("", {})]
        case _ if len(element):
            return _unknown(element)
        case None | Text():
            return element.text or ""
        case _:
            return _scalar(element.text or "", kind)


def _unknown(element: etree._Element) -> Any:
    """Return the children of an element that the contract lacks: a list when one name repeats, else an object."""
    names = Counter(_name(child) for child in element)
    if max(names.values()) > 1:
        return [_value(child, None) for child in element]
    return {_name(child): _value(child, None) for child in element}


def _scalar(text: str, kind: Kind) -> Any:
    try:
        value = kind.read(text)
    except WireError:
        return text
    return value.value if isinstance(value, Enum) else value


def _fill(element: etree._Element, value: Any, kind: Kind | None) -> None:
    match value:
        case None:
            element.set(NIL, "true")
        case Mapping():
            members = plan_of(kind.of).by_spelling if isinstance(kind, Record) else {}
            for name, child in value.items():
                member = members.get(name.lower())
                _append(element, name, child, member.kind if member else None)
        case list() | tuple():
            _fill_list(element, value, kind.of if isinstance(kind, Many) else None)
        case bool():
            element.text = str(value).lower()
        case Decimal():
            element.text = format(value, "f")
        case _:
            element.text = str(value)


def _fill_list(element: etree._Element, items: Sequence[Any], kind: Kind | None) -> None:
    name = "string"
    if isinstance(kind, Record):
        name = _ITEM_NAMES.get(kind.of, kind.of.__name__)
    for item in items:
        _append(element, name, item, kind)


def _append(parent: etree._Element, name: str, value: Any, kind: Kind | None) -> None:
    is_promotion = isinstance(kind, Record) and kind.of is Promotion
    namespace = PROMOTION_NAMESPACE if is_promotion else etree.QName(parent).namespace
    try:
        child = etree.SubElement(parent, f"{{{namespace}}}{name}")
        _fill(child, value, kind)
    except ValueError:
        raise WireError(name, XML_TEXT, CONTROL_CHARACTERS) from None


def _serialized(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
