"""How one value of each kind is read tolerantly and written strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

from connectors.norce.message import WireError
from connectors.norce.moments import parse_moment
from connectors.norce.numbered import NumberedName
from connectors.norce.phrases import (
    AT_MOST,
    DECIMAL,
    LIST,
    MOMENT,
    NUMBER,
    OBJECT,
    OF_32_BITS,
    OF_DIGITS,
    ONE_OF,
    TEXT,
    THE_NUMBER,
    THE_TEXT,
    TRUE_OR_FALSE,
    WHOLE,
)

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_FLAGS = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
_INT32 = 2**31
# A .NET decimal has 28 to 29 digits; a larger exponent could also fill the memory when it is expanded.
_MOST_DIGITS = 28


class Kind(Protocol):
    """Reads and writes one kind of value; both raise WireError with a path relative to the value."""

    def read(self, value: Any) -> Any:
        """Return the Python value of decoded JSON; ``value`` is never None."""

    def write(self, value: Any) -> Any:
        """Return what the JSON encoder takes; ``value`` is never None."""


def described(value: Any) -> str:
    """Return what ``value`` is, for an error text. Values of text members may be personal and stay out."""
    match value:
        case dict():
            return OBJECT
        case list() | tuple():
            return LIST
        case bool():
            return str(value).lower()
        case str():
            return THE_TEXT % {"text": repr(value[:40])}
        case int() | float() | Decimal():
            return THE_NUMBER % {"number": str(value)[:40]}
        case _:
            return type(value).__name__


@dataclass(frozen=True)
class Text:
    """Text with an optional limit; a number is read as its digits."""

    limit: int | None = None

    def read(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise WireError("", TEXT, described(value))
        return format(_decimal(value), "f")

    def write(self, value: Any) -> str:
        if not isinstance(value, str):
            raise WireError("", TEXT, described(value))
        length = len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2
        if self.limit is not None and length > self.limit:
            raise WireError("", AT_MOST % {"limit": self.limit}, f"{length}")
        return str(value)


@dataclass(frozen=True)
class Whole:
    """A whole number; on writing one of 32 bits, as all of Connect's are."""

    def read(self, value: Any) -> int:
        if type(value) is int:
            return value
        number = _decimal(value)
        if number != number.to_integral_value():
            raise WireError("", WHOLE, described(value))
        return int(number)

    def write(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise WireError("", WHOLE, described(value))
        if not -_INT32 <= value < _INT32:
            raise WireError("", OF_32_BITS, described(value))
        return int(value)


@dataclass(frozen=True)
class Number:
    """Money, a quantity, a percentage: always Decimal."""

    def read(self, value: Any) -> Decimal:
        return _decimal(value)

    def write(self, value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise WireError("", DECIMAL, described(value))
        number = _decimal(value)
        # Decimal("100").normalize() is 1E+2, a spelling that not every JSON reader takes for a decimal.
        return number if int(number.as_tuple().exponent) <= 0 else number.quantize(Decimal(1))


@dataclass(frozen=True)
class Flag:
    """True or false; also read from the texts true, false, 1 and 0."""

    def read(self, value: Any) -> bool:
        key = value.strip().lower() if isinstance(value, str) else value
        try:
            return _FLAGS[key]
        except (KeyError, TypeError):
            raise WireError("", TRUE_OR_FALSE, described(value)) from None

    def write(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise WireError("", TRUE_OR_FALSE, described(value))
        return value


@dataclass(frozen=True)
class Moment:
    """A date and time that we send; what arrives on messages of Norce is kept as text instead."""

    def read(self, value: Any) -> datetime:
        moment = parse_moment(value) if isinstance(value, str) else None
        if moment is None:
            raise WireError("", MOMENT, described(value))
        return moment

    def write(self, value: Any) -> str:
        if not isinstance(value, datetime):
            raise WireError("", MOMENT, described(value))
        return value.isoformat(timespec="seconds")


@dataclass(frozen=True)
class Choice:
    """A member of an enum, read from its name in any case or its number."""

    options: type[Enum]

    def read(self, value: Any) -> Enum:
        for option in self.options:
            if str(value).strip().lower() in _spellings(option):
                return option
        raise WireError("", self._expected(), described(value))

    def write(self, value: Any) -> str | int:
        if not isinstance(value, self.options):
            raise WireError("", self._expected(), described(value))
        return str(value.value) if isinstance(value.value, str) else int(value.value)

    def _expected(self) -> str:
        return ONE_OF % {"names": ", ".join(str(option.value) for option in self.options)}


@dataclass(frozen=True)
class OneOf:
    """A member for which two types occur, the most special one first."""

    kinds: tuple[Kind, ...]

    def read(self, value: Any) -> Any:
        for kind in self.kinds:
            try:
                found = kind.read(value)
            except WireError:
                continue
            # A text such as 007 is a name and would lose its zeros as the number 7.
            if not (type(found) is int and isinstance(value, str) and str(found) != value):
                return found
        raise WireError("", self._expected(), described(value))

    def write(self, value: Any) -> Any:
        for kind in self.kinds:
            try:
                return kind.write(value)
            except WireError:
                continue
        raise WireError("", self._expected(), described(value))

    def _expected(self) -> str:
        return " or ".join(type(kind).__name__.lower() for kind in self.kinds)


def _spellings(option: Enum) -> set[str]:
    spellings = {option.name.lower(), option.name.replace("_", "").lower(), str(option.value).lower()}
    return spellings | {str(option.id)} if isinstance(option, NumberedName) else spellings


def _decimal(value: Any) -> Decimal:
    """Return the exact decimal of a number or of a text that spells one."""
    text = value.strip() if isinstance(value, str) else str(value)
    if isinstance(value, bool | dict | list) or not _NUMBER.fullmatch(text):
        raise WireError("", NUMBER, described(value))
    number = Decimal(text)
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        raise WireError("", OF_DIGITS % {"most": _MOST_DIGITS}, described(value))
    return number
