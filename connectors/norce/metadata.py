"""Compare what a tenant's OData model ($metadata) names with what the hub reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from connectors.errors import PermanentError
from connectors.norce.message import Message
from connectors.norce.reads import EntitySet, navigations, properties
from connectors.norce.xml import parsed

_TYPES = ("EntityType", "ComplexType")
_MEMBERS = ("Property", "NavigationProperty")


@dataclass(frozen=True)
class Model:
    """A namespace's sets with their types, and the types with their members, by name; also the members' types."""

    sets: dict[str, str] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)


def read_model(body: bytes) -> Model:
    """Return the model of a CSDL document (OData 4). Its own namespaces are left out of the types' names.

    Raises PermanentError for anything else; a document type or entity is refused before it is looked at.
    """
    root = parsed(body)
    model = Model()
    bases: dict[str, str] = {}
    for element in root.iter(tag="{*}*"):
        match etree.QName(element).localname:
            case "EntitySet":
                model.sets[element.get("Name", "")] = _type(element.get("EntityType", ""))
            case kind if kind in _TYPES:
                model.types[element.get("Name", "")] = _members(element)
                bases[element.get("Name", "")] = _type(element.get("BaseType", ""))
    if not model.sets and not model.types:
        raise PermanentError("norce_no_model")
    return Model(model.sets, {name: _inherited(name, model.types, bases) for name in model.types})


def lacking(model: Model, wanted: EntitySet[Message], spelled: Callable[[str], str]) -> Iterator[str]:
    """Yield in words every name of a set that the model lacks; ``spelled`` writes a name as it is sent."""
    if wanted.name not in model.sets:
        yield f"There is no set {wanted.path}."
        return
    yield from _lacking(model, model.sets[wanted.name], wanted.row, wanted.path, spelled)


def _lacking(
    model: Model, type_name: str, row: type[Message], place: str, spelled: Callable[[str], str]
) -> Iterator[str]:
    members = model.types.get(type_name)
    if members is None:
        yield f"{place} is of the type {type_name or 'without a name'}, which is not in the model."
        return
    for name in map(spelled, properties(row)):
        if name not in members:
            yield f"{place} has no property {name}."
    for name, inner in ((spelled(name), inner) for name, inner in navigations(row).items()):
        if name in members:
            yield from _lacking(model, members[name], inner, f"{place}/{name}", spelled)
        else:
            yield f"{place} has no navigation {name}."


def _members(element: etree._Element) -> dict[str, str]:
    children = (child for child in element if etree.QName(child).localname in _MEMBERS)
    return {child.get("Name", ""): _type(child.get("Type", "")) for child in children}


def _inherited(name: str, types: dict[str, dict[str, str]], bases: dict[str, str]) -> dict[str, str]:
    """Return a type's members with those of the types it is based on, each looked at once."""
    members: dict[str, str] = {}
    seen: set[str] = set()
    while name in types and name not in seen:
        seen.add(name)
        members = types[name] | members
        name = bases[name]
    return members


def _type(text: str) -> str:
    """Return ``Collection(Namespace.Name)`` and ``Namespace.Name`` as the name alone."""
    return text.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]
