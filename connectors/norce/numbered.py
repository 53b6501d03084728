"""Enums that Norce knows by name and by number."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class NumberedName(StrEnum):
    """A name that travels as text and has Norce's number beside it: ``DELIVERED = ("Delivered", 4)``."""

    id: int

    def __new__(cls, name: str, number: int) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.id = number
        return member

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Return the member with this name; raise ValueError naming those there are."""
        for member in cls:
            if member.value == name:
                return member
        raise ValueError(f"{cls.__name__} has no {name}; known are {', '.join(cls)}.")

    @classmethod
    def from_id(cls, number: int) -> Self:
        """Return the member with Norce's ``number``; raise ValueError naming the numbers there are."""
        for member in cls:
            if member.id == number:
                return member
        known = ", ".join(f"{member.id} {member.value}" for member in cls)
        raise ValueError(f"{cls.__name__} has no number {number}; known are {known}.")
