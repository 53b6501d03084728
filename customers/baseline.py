"""What the hub knows both sides to have of a customer: the column ``heard`` and what was sent last, read as one. Pure.

What was sent last goes before what was heard: whatever is brought to the ERP is written into both, so of
the members it has, the record that was sent is never the older one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import simplejson

from connectors.erp.base import ErpParty
from connectors.norce.wire import WireError
from customers import records, told
from customers.told import Record

ALL = {**told.PERSON, **told.COMPANY}.keys()


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The column ``heard``: the members of `customers.told` as they were last brought to the ERP.

    ``in_norce`` says that they were read in Norce, so that one that is gone there has been emptied;
    an order may say more than Norce keeps. ``in_erp`` names those that the ERP is known to have had.
    ``trying`` are records on their way to the ERP: a write whose answer was lost may have come through.
    """

    record: Record = field(default_factory=dict)
    in_norce: bool = False
    in_erp: frozenset[str] = frozenset()
    trying: tuple[Record, ...] = ()

    @classmethod
    def read(cls, text: str) -> Heard:
        """Return the column's content; of an empty column nothing is known."""
        data = simplejson.loads(text or "{}", use_decimal=True)
        return cls(
            record=data.get("record", {}),
            in_norce=data.get("in_norce", False),
            in_erp=frozenset(data.get("in_erp", ())),
            trying=tuple(data.get("trying", ())),
        )

    def written(self) -> str:
        """Return what the column keeps."""
        return records.encoded(vars(self) | {"in_erp": sorted(self.in_erp)})

    def adopting(self, record: Record) -> Heard:
        """Return what is known once Norce has been read and nothing of it is left to tell."""
        return replace(self, record={**self.record, **record}, in_norce=True)

    def brought(self, record: Record, names: Collection[str]) -> Heard:
        """Return what is known once the ERP has the members ``names`` of what was read in Norce."""
        return replace(self.adopting(record), in_erp=self.in_erp | frozenset(names), trying=())

    def attempting(self, record: Record) -> Heard:
        """Return what is known while ``record`` is being written to the ERP."""
        return replace(self, trying=(*(one for one in self.trying if one != record), record))


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a change is told by: ``values`` by name; ``in_norce`` and ``in_erp`` name those that side had for sure."""

    values: Mapping[str, Any]
    in_norce: frozenset[str]
    in_erp: frozenset[str]
    trying: tuple[Record, ...]


def ordered(party: ErpParty, *, in_erp: bool) -> str:
    """Return the column for a buyer as an order has told them; "" for one that Norce itself would not take."""
    try:
        record = told.record_of(party)
    except WireError:
        return ""
    return Heard(record=record, in_erp=frozenset(record if in_erp else ())).written()


def baseline(heard: Heard, sent: str) -> Baseline:
    """Return what is known, from the two columns of a binding."""
    data = simplejson.loads(sent or "{}", use_decimal=True)
    last = {name: value for name, value in data.items() if name in ALL}
    return Baseline(
        values={**heard.record, **last},
        in_norce=frozenset(last) | (frozenset(heard.record) if heard.in_norce else frozenset()),
        in_erp=frozenset(last) | heard.in_erp,
        trying=heard.trying,
    )


def changed(record: Record, known: Baseline, under_way: tuple[Record, ...] = ()) -> frozenset[str]:
    """Return the members of `customers.told.told` that Norce has changed.

    Those of ``under_way``, records that runs have sent and Norce has not accepted yet, are echoes of
    ours. A member of which nothing is known counts when Norce has it; one that Norce has no more only
    when it may be empty and Norce had it for sure. What is otherwise on its way to the ERP counts too.
    """
    return frozenset(
        name
        for name, value in record.items()
        if _is_changed(name, value, known)
        and not any(name in one and told.is_same(name, value, one[name]) for one in under_way)
    )


def _is_changed(name: str, value: Any, known: Baseline) -> bool:
    if any(name in one and not told.is_same(name, value, one[name]) for one in known.trying):
        return True
    if name in known.values and told.is_same(name, value, known.values[name]):
        return False
    return bool(value) or (name in told.CLEARABLE and name in known.in_norce)
