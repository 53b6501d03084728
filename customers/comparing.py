"""Lay what the ERP has now, what Norce has now and what was sent last side by side, field by field: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.norce.message import Message
from connectors.norce.plan import plan_of
from customers import records

Record = Mapping[str, Any]

# What tells Norce how to read the lists of a record; it says nothing about the customer.
_INSTRUCTIONS = {"IsCompanyListDelta", "IsCustomerListDelta"}
# Not compared: the key has a place of its own on the page, or Query has a number where the record has a name.
_OWN_PLACE = {"Id", "ApplicationKey"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One field on one side; ``asked`` is False where that side was not asked for it, ``differs`` marks it."""

    value: Any = None
    asked: bool = True
    differs: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One field on all three sides; ``left`` says that the ERP leaves it to Norce."""

    name: str
    erp: Cell
    norce: Cell
    sent: Cell
    left: bool = False

    @property
    def differs(self) -> bool:
        """Whether any side is marked."""
        return self.erp.differs or self.norce.differs or self.sent.differs


def compare(
    *,
    erp: Record | None,
    norce: Record | None,
    sent: Record | None,
    norce_names: Collection[str],
    left_to_norce: Collection[str] = (),
) -> list[Line]:
    """Return the fields that any side has, by name, with what differs marked.

    The records are mappings by wire name, as `connectors.norce.wire.write` gives them; None is a side
    that is not known. ``norce_names`` are the top-level names Norce was asked for, the others of its
    cells are not asked. Sides are marked where they say something else than the ERP, or without an ERP
    than what was sent last. Absent, null, false and empty are the same, as in `records.changes`.
    Fields in ``left_to_norce`` are never marked.
    """
    sides = [_flat(record) for record in (erp, norce, sent)]
    names = sorted({name for side in sides for name in side})
    return [
        _line(name, sides, norce_names, (erp is not None, norce is not None, sent is not None), left_to_norce)
        for name in names
    ]


def shared_names(row: type[Message], record: type[Message]) -> frozenset[str]:
    """Return the wire names that a row of Norce Query and a record of the import have in common."""
    names = [{member.name for member in plan_of(one).members} for one in (row, record)]
    return frozenset((names[0] & names[1]) - _OWN_PLACE)


def _line(
    name: str,
    sides: list[dict[str, Any]],
    norce_names: Collection[str],
    known: tuple[bool, bool, bool],
    left_to_norce: Collection[str],
) -> Line:
    top = name.partition(".")[0]
    left = top in left_to_norce
    asked = (known[0], known[1] and top in norce_names, known[2])
    # The ERP's is what the others are held against, without an ERP what was sent last.
    held = 0 if known[0] else 2
    erp, norce, sent = (
        Cell(
            value=side.get(name),
            asked=asked[place],
            differs=asked[place] and known[held] and not left and not _is_same(side.get(name), sides[held].get(name)),
        )
        for place, side in enumerate(sides)
    )
    return Line(name=name, erp=erp, norce=norce, sent=sent, left=left)


def _is_same(one: Any, other: Any) -> bool:
    return bool(one == other or (not one and not other))


def _flat(record: Record | None) -> dict[str, Any]:
    return dict(_shown(record)) if record else {}


def _shown(record: Record) -> Iterator[tuple[str, Any]]:
    """Yield what a record says, in JSON values; nested members as ``InvoiceAddress.City`` and ``Flags.VIP``."""
    told = {name: value for name, value in record.items() if name not in _INSTRUCTIONS | _OWN_PLACE}
    for name, (_, value) in records.changes(None, told).items():
        if value not in (None, "", []):
            yield name, value
