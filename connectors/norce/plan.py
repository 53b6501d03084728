"""The plan of a message class: its members, their wire names and their kinds, worked out once per class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from connectors.norce.kinds import Choice, Flag, Kind, Moment, Number, OneOf, Text, Whole, described
from connectors.norce.message import UNSET, Limit, Message, Unset, WireError
from connectors.norce.phrases import A_VALUE, A_VALUE_OR_UNSET, LIST, NONE_OF_THEM, NOTHING, NULL, OBJECT

_PLAIN: dict[Any, Kind] = {str: Text(), int: Whole(), Decimal: Number(), bool: Flag(), datetime: Moment()}


@dataclass(frozen=True)
class Member:
    """One member of a message; ``needed`` and ``nullable`` speak of writing, ``default`` of reading."""

    attribute: str
    name: str
    spellings: tuple[str, ...]
    kind: Kind
    default: Any
    needed: bool
    nullable: bool

    def is_absent(self, value: Any) -> bool:
        """Tell whether ``value`` says nothing: it is UNSET, or null or an empty list and that is the default."""
        return value is UNSET or (value in (None, ()) and value == self.default)


@dataclass(frozen=True)
class Plan:
    """All members of one message class, in the order of the class and by lower-case spelling."""

    members: tuple[Member, ...]
    by_spelling: Mapping[str, Member]


@dataclass(frozen=True)
class Record:
    """A nested message."""

    of: type[Message]

    def read(self, value: Any) -> Message:
        if not isinstance(value, Mapping):
            raise WireError("", OBJECT, described(value))
        return self.of(**dict(_attributes(plan_of(self.of), value)))

    def write(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, self.of):
            raise WireError("", self.of.__name__, described(value))
        return _written(value.as_sent())


@dataclass(frozen=True)
class Many:
    """A list of values of one kind, kept as a tuple; nulls in a list that is read are left out."""

    of: Kind

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WireError("", LIST, described(value))
        return tuple(_at(index, self.of.read, item) for index, item in enumerate(value) if item is not None)

    def write(self, value: Any) -> list[Any]:
        if not isinstance(value, tuple | list):
            raise WireError("", LIST, described(value))
        write = self.of.write
        written: list[Any] = []
        try:
            for item in value:
                written.append(write(item))
        except WireError as error:
            raise error.inside(f"[{len(written)}]") from None
        return written


_plans: dict[type[Message], Plan] = {}


def plan_of(cls: type[Message]) -> Plan:
    """Return the plan of a message class; raise TypeError for an annotation that has no kind."""
    plan = _plans.get(cls)
    if plan is None:
        plan = _plans[cls] = _planned(cls)
    return plan


def _planned(cls: type[Message]) -> Plan:
    hints = get_type_hints(cls, include_extras=True)
    members = tuple(_member(field, hints[field.name]) for field in fields(cls) if field.name != "extra")
    by_spelling = {spelling.lower(): member for member in members for spelling in member.spellings}
    return Plan(members, by_spelling)


def _attributes(plan: Plan, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the constructor's arguments; a member given in two spellings keeps the first, ``extra`` the other."""
    seen: set[str] = set()
    extra: dict[str, Any] = {}
    for key, value in data.items():
        member = plan.by_spelling.get(key.lower())
        if member is None or member.attribute in seen:
            extra[key] = value
        elif value is not None and value != "":
            seen.add(member.attribute)
            yield member.attribute, _at(member.name, member.kind.read, value)
    for member in plan.members:
        if member.default is MISSING and member.attribute not in seen:
            raise WireError(member.name, A_VALUE, NOTHING)
    yield "extra", extra


def _written(message: Message) -> dict[str, Any]:
    """Return the members that are said. Whole registers are written, so each member costs as little as it can."""
    plan = plan_of(type(message))
    if message.either:
        _require_one_group(message, plan)
    values = vars(message)
    written: dict[str, Any] = {}
    for member in plan.members:
        value = values[member.attribute]
        if value is UNSET and not member.needed:
            continue
        try:
            if value or not _is_silent(member, value):
                written[member.name] = None if value is None else member.kind.write(value)
        except WireError as error:
            raise error.inside(member.name) from None
    return written


def _is_silent(member: Member, value: Any) -> bool:
    """Tell whether a falsy value leaves its member out; raise WireError where it may not."""
    if member.needed and (value is None or value == "" or value is UNSET):
        raise WireError("", A_VALUE, NOTHING)
    if member.is_absent(value):
        return True
    if value is None and not member.nullable:
        raise WireError("", A_VALUE_OR_UNSET, NULL)
    return False


def _require_one_group(message: Message, plan: Plan) -> None:
    for group in message.either:
        if _is_complete(message, group):
            return
    names = {member.attribute: member.name for member in plan.members}
    choices = " or ".join(" with ".join(names[attribute] for attribute in group) for group in message.either)
    raise WireError("", choices, NONE_OF_THEM)


def _is_complete(message: Message, group: tuple[str, ...]) -> bool:
    return all(getattr(message, attribute) not in (UNSET, None, "", ()) for attribute in group)


def _member(field: Field[Any], hint: Any) -> Member:
    name = field.metadata.get("name", "".join(part[:1].upper() + part[1:] for part in field.name.split("_")))
    return Member(
        attribute=field.name,
        name=name,
        spellings=(name, *field.metadata.get("aliases", ())),
        kind=_kind(hint),
        default=field.default,
        needed=field.default is MISSING or field.metadata.get("needed", False),
        nullable=NoneType in _choices(hint),
    )


def _kind(hint: Any) -> Kind:
    choices = [choice for choice in _choices(hint) if choice not in (NoneType, Unset)]
    if len(choices) > 1:
        return OneOf(tuple(_kind(choice) for choice in choices))
    [only] = choices
    if get_origin(only) is tuple:
        return Many(_kind(get_args(only)[0]))
    if get_origin(only) is Annotated:
        [limit] = [mark for mark in only.__metadata__ if isinstance(mark, Limit)]
        return Text(limit.length)
    if only in _PLAIN:
        return _PLAIN[only]
    if issubclass(only, Enum):
        return Choice(only)
    if issubclass(only, Message):
        return Record(only)
    raise TypeError(f"{only!r} has no kind on the wire.")


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _at(place: str | int, convert: Any, value: Any) -> Any:
    """Convert ``value``; a WireError gets the place where it happened."""
    try:
        return convert(value)
    except WireError as error:
        raise error.inside(place if isinstance(place, str) else f"[{place}]") from None
