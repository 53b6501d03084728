"""What every wire message is made of: absence, null, limits, names and the error that names a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias, TypeVar

from connectors.errors import PermanentError

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`, an enum of one so that type checkers can tell it from a value."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Leave the member out, so that Norce keeps what it has. None is sent as null and clears it."""

Omittable: TypeAlias = T | Unset
Clearable: TypeAlias = T | None | Unset


@dataclass(frozen=True)
class Limit:
    """The longest text a member takes, in characters as Norce's database counts them (UTF-16 units)."""

    length: int


Text2 = Annotated[str, Limit(2)]
Text3 = Annotated[str, Limit(3)]
Text10 = Annotated[str, Limit(10)]
Text50 = Annotated[str, Limit(50)]
Text100 = Annotated[str, Limit(100)]
Text255 = Annotated[str, Limit(255)]


def named(name: str) -> Mapping[str, Any]:
    """Return field metadata for a wire name that is not the attribute's name in PascalCase."""
    return {"name": name}


def alias(*names: str) -> Mapping[str, Any]:
    """Return field metadata for other spellings that are understood and never written."""
    return {"aliases": names}


NEEDED: Final[Mapping[str, Any]] = {"needed": True}
"""Field metadata: absent is tolerated when the message is read, not when it is written."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """Base of every wire dataclass; ``extra`` keeps the members of a read message that we do not know.

    ``either`` lists groups of attributes of which one group must be complete when the message is
    written (the contract's either/or rules); no groups means no such rule.
    """

    either: ClassVar[tuple[tuple[str, ...], ...]] = ()

    extra: dict[str, Any] = field(default_factory=dict, repr=False, hash=False)

    def as_sent(self) -> Self:
        """Return the message with the members that have to be said even when the caller did not."""
        return self


class WireError(PermanentError):
    """A message does not keep to the contract: ``path`` (``Items[2].UnitPrice``), ``expected``, ``got``."""

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__("wire" if path else "wire_message", path=path, expected=expected, got=got)
        self.path = path
        self.expected = expected
        self.got = got

    def inside(self, parent: str) -> WireError:
        """Return the same error as seen from the enclosing member ``parent``."""
        joint = "" if not parent or not self.path or self.path.startswith("[") else "."
        return WireError(f"{parent}{joint}{self.path}", self.expected, self.got)
