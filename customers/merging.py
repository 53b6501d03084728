"""Bring together what Norce has changed and what the ERP has now, member by member: pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.erp.base import ErpAddress, ErpParty
from customers import told
from customers.baseline import Baseline
from customers.told import Record

_PARTS = {"FirstName": "first_name", "LastName": "last_name"}


@dataclass(frozen=True, kw_only=True)
class Merge:
    """What becomes of the changed members: ``write`` to the ERP, ``agreed`` are there already, ``both`` are in doubt.

    ``left`` are the rest: the ERP has its own of them and keeps it.
    """

    write: frozenset[str]
    agreed: frozenset[str]
    both: frozenset[str]
    left: frozenset[str]


def merge(changed: Collection[str], *, norce: Record, erp: ErpParty, known: Baseline, own: Collection[str]) -> Merge:
    """Return what becomes of each changed member of Norce's, given the ERP's party of now.

    Written is what the ERP still has as it was known, or of which no state of the ERP is known; where the
    ERP has something else meanwhile, both have changed it. ``own`` are the fields left to Norce: the two
    sides may differ in them for good, so they are written only over exactly what Norce had before, and
    are never in doubt. Delivery addresses of an ERP that keeps none stay where they are.
    """
    theirs = seen_by(erp, {**known.values, **{name: norce[name] for name in changed}})
    found: dict[str, set[str]] = {"write": set(), "agreed": set(), "both": set(), "left": set()}
    for name in changed:
        if name == "DeliveryAddresses" and erp.addresses is None:
            fate = "left"
        elif told.is_same(name, norce[name], theirs.get(name)):
            fate = "agreed"
        else:
            fate = _fate(name, erp, known, name in own)
        found[fate].add(name)
    return Merge(**{fate: frozenset(names) for fate, names in found.items()})


def seen_by(erp: ErpParty, other: Mapping[str, Any]) -> Record:
    """Return the ERP's record; a name that it keeps whole is split as ``other`` splits it, if it is the same name."""
    parts = {name: other.get(name) or "" for name in _PARTS}
    is_same = " ".join(filter(None, parts.values())) == erp.name.strip()
    return {**told.record_of(erp), **(parts if is_same and _is_whole(erp) else {})}


def _fate(name: str, erp: ErpParty, known: Baseline, is_own: bool) -> str:
    """Return whether a member is written of which the ERP has not what Norce has."""
    is_known = name in (known.values if is_own else known.in_erp)
    before: list[Mapping[str, Any]] = [known.values] if is_known else []
    before += [one for one in known.trying if name in one]
    if any(told.is_kept(name, seen_by(erp, one).get(name), one.get(name)) for one in before):
        return "write"
    if is_own:
        return "left"
    return "both" if is_known else "write"


def merged(erp: ErpParty, norce: ErpParty, names: Collection[str], known: Mapping[str, Any]) -> ErpParty:
    """Return the ERP's party with the named members as Norce has them; what Norce does not know stays.

    An ERP that keeps one name only gets one, split for the part that stays as in ``known``, Norce's record of before.
    The name and the marks on an address are the ERP's, and so are country and telephone of which Norce says nothing;
    its mark as validated ends with another content.
    """
    attributes = told.carried(erp.kind)
    values: dict[str, Any] = {
        attributes[name]: getattr(norce, attributes[name]) for name in names if name not in {*_PARTS, *told.ADDRESSES}
    }
    if _PARTS.keys() & set(names):
        values |= _names(erp, norce, names, known)
    if "InvoiceAddress" in names:
        values["address"] = _readdressed(norce.address, erp.address)
    if "DeliveryAddresses" in names:
        values["addresses"] = tuple(_delivery(one, erp.addresses or ()) for one in norce.addresses or ())
    return replace(erp, **values)


def fields(erp: ErpParty, party: ErpParty) -> frozenset[str]:
    """Return the attributes in which a merged party differs from the ERP's, as `Erp.update_party` takes them."""
    return frozenset(name for name in vars(party) if getattr(party, name) != getattr(erp, name))


def _names(erp: ErpParty, norce: ErpParty, names: Collection[str], known: Mapping[str, Any]) -> dict[str, str]:
    """Return first and last name, of which the unchanged one is the ERP's, and both together."""
    seen = seen_by(erp, known)
    parts = {attribute: str(seen.get(name) or "") for name, attribute in _PARTS.items()}
    parts |= {attribute: getattr(norce, attribute) for name, attribute in _PARTS.items() if name in names}
    whole = {"name": " ".join(filter(None, parts.values()))}
    return whole if _is_whole(erp) else whole | parts


def _is_whole(erp: ErpParty) -> bool:
    return not (erp.first_name or erp.last_name)


def _delivery(address: ErpAddress, known: Collection[ErpAddress]) -> ErpAddress:
    """Return a delivery address with the ERP's marks on it, if the ERP has it by its code or its content."""
    coded = (one for one in known if address.code and one.code == address.code)
    alike = (one for one in known if replace(address, name="", code="", primary=None) == _content(one))
    found = next(coded, None) or next(alike, None)
    return _readdressed(address, found) if found else address


def _readdressed(address: ErpAddress, known: ErpAddress) -> ErpAddress:
    validated = known.validated if replace(address, code="", primary=None) == _content(known) else None
    return replace(
        address,
        name=known.name,
        code=known.code,
        primary=known.primary,
        validated=validated,
        country=address.country or known.country,
        phone=address.phone or known.phone,
    )


def _content(address: ErpAddress) -> ErpAddress:
    return replace(address, name="", code="", primary=None, validated=None)
