"""Read Norce's messages tolerantly, write ours strictly, and keep money exact on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import simplejson

from connectors.norce.message import UNSET, Clearable, Message, Omittable, Unset, WireError
from connectors.norce.phrases import SOMETHING_ELSE
from connectors.norce.plan import Record

__all__ = [
    "UNSET",
    "Clearable",
    "Message",
    "Omittable",
    "Unset",
    "WireError",
    "decode",
    "encode",
    "encoded",
    "read",
    "write",
]

M = TypeVar("M", bound=Message)

_ENCODER = simplejson.JSONEncoder(use_decimal=True, separators=(",", ":"))


def read(cls: type[M], data: Any) -> M:
    """Return ``data``, an object as `decode` gives it, as ``cls``.

    Tolerant, because Norce sends null and "" for absent, adds members without notice and documents
    some types in two ways: null and "" give the field's default, unknown members go to ``extra``,
    names match in any case, numbers may be texts and texts numbers. Raises WireError with the full path
    (``Items[2].UnitPrice``) for a value that has no reading, and for a missing member without default.
    """
    message: M = _located(cls, Record(cls).read, data)
    return message


def write(obj: Message) -> dict[str, Any]:
    """Return ``obj`` as the mapping that is sent: UNSET left out, None as null, Decimal kept exact.

    Raises WireError with the full path for a missing member, a wrong type, a text that is too long
    (nothing is ever cut) or a number over 32 bits. ``extra`` is never sent. In classes made for reading,
    where None is the default, None is left out too.
    """
    written: dict[str, Any] = _located(type(obj), Record(type(obj)).write, obj)
    return written


def encode(messages: Message | Sequence[Message]) -> bytes:
    """Return one message, or a JSON array of them, as the body of a request. Raises as `write` does."""
    if isinstance(messages, Message):
        return encoded(write(messages)).encode("ascii")
    written = [_located(f"[{index}]", _write_inside, message) for index, message in enumerate(messages)]
    return encoded(written).encode("ascii")


def encoded(data: Any) -> str:
    """Return what `write` gives as compact JSON, Decimals exact.

    Plain ASCII cannot be spoilt by a receiver that guesses the character set.
    """
    text: str = _ENCODER.encode(data)
    return text


def decode(text: str | bytes) -> Any:
    """Return JSON as plain Python values, numbers with a fraction as Decimal. Raises WireError when it is none."""
    try:
        # .NET services may put a byte order mark in front of the text.
        readable = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return simplejson.loads(readable, use_decimal=True)
    except (ValueError, RecursionError) as error:
        raise WireError("", "JSON", SOMETHING_ELSE % {"fault": error}) from None


def _write_inside(message: Message) -> Any:
    return Record(type(message)).write(message)


def _located(place: type | str, convert: Any, value: Any) -> Any:
    """Convert ``value``; an error without a path gets the class' name, one inside a list its index."""
    try:
        return convert(value)
    except WireError as error:
        if isinstance(place, str):
            raise error.inside(place) from None
        raise (error if error.path else error.inside(place.__name__)) from None
