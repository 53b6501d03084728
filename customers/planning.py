"""What one record of the ERP means for Norce: new, changed, unchanged, deactivated or refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpParty
from connectors.errors import HubError, MappingError, PermanentError
from connectors.norce import wire
from connectors.norce.wire import WireError
from customers import records
from customers.kinds import Kind
from hub.models import SyncRow

Change = SyncRow.Change

FORGOTTEN = sentence(_("Norce has forgotten this customer: nothing is written to it again."))
FIRST_TIME = sentence(_("Sent by a run for the first time: what Norce had before is not known here."))
NOT_THERE = sentence(_("Inactive in the ERP, and Norce does not have it."))


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the hub knows of a code: its identifier, and what Norce accepted last (``digest``, "" = nothing)."""

    pk: int
    identifier: str
    norce_id: int | None
    digest: str
    is_active: bool
    in_norce: bool
    forgotten: bool


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """A record of the ERP as Norce would be told it, or the ``problem`` why that cannot be."""

    party: ErpParty
    identifier: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    payload: str = ""
    digest: str = ""
    problem: HubError | None = None

    @property
    def code(self) -> str:
        """The ERP's number."""
        return self.party.code

    @property
    def is_active(self) -> bool:
        """Whether the ERP still uses the record."""
        return self.party.active


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be done with a record; ``record`` is what is sent, with what the ERP has emptied made explicit."""

    change: SyncRow.Change
    record: Mapping[str, Any] = field(default_factory=dict)
    payload: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    error: HubError | None = None


def mapped(party: ErpParty, kind: Kind, scope: records.Scope) -> Mapped:
    """Return a party as Norce's record; a value too long or without a mapping is a problem, never a cut."""
    if not party.code:
        return Mapped(party=party, problem=PermanentError("row_no_code"))
    identifier = kind.identifier(party)
    try:
        record = wire.write(kind.record(party, scope))
    except (WireError, MappingError) as error:
        return Mapped(party=party, identifier=identifier, problem=error)
    payload = records.encoded(record)
    if ("\\u0000" in payload or "\\ud" in payload) and (place := _unkept(record)):
        return Mapped(party=party, identifier=identifier, problem=PermanentError("row_unkeepable", member=place))
    return Mapped(party=party, identifier=identifier, record=record, payload=payload, digest=records.digest(payload))


def _unkept(value: Any, place: str = "") -> str:
    """Return where in a record a text is that databases refuse, "" when there is none."""
    if isinstance(value, str):
        return place if "\x00" in value or not value.isascii() and _is_broken(value) else ""
    if isinstance(value, Mapping):
        inner: Iterable[tuple[Any, Any]] = value.items()
    else:
        inner = enumerate(value) if isinstance(value, list) else ()
    return next((found for name, item in inner if (found := _unkept(item, f"{place}.{name}".lstrip(".")))), "")


def _is_broken(text: str) -> bool:
    return text.encode("utf-8", "ignore") != text.encode("utf-8", "replace")


def is_unchanged(item: Mapped, known: Known | None) -> bool:
    """Return whether Norce has accepted exactly this record."""
    return known is not None and known.in_norce and known.digest == item.digest and not item.problem


def judged(
    item: Mapped, known: Known | None, sent: Mapping[str, Any] | None, kind: Kind, scope: records.Scope
) -> Verdict:
    """Return what a record means, given what Norce accepted last (None when that is not known)."""
    if known and known.forgotten:
        return Verdict(change=Change.UNCHANGED, message=FORGOTTEN)
    if item.problem:
        return Verdict(change=Change.REFUSED, error=item.problem)
    if known is None or not known.in_norce:
        return _first_time(item, known, kind)
    if is_unchanged(item, known):
        return Verdict(change=Change.UNCHANGED)
    if sent and sent.get("Code") != item.code and not known.norce_id:
        # A person has corrected the code, which Norce does not know yet: found by it, nobody would be, and made anew.
        return _first_time(item, known, kind)
    record = item.record
    if sent:
        record = records.cleared(record, sent, untold=records.untold(item.party, scope))
    if sent and _is_another(known, item, sent, kind):
        return Verdict(change=Change.REFUSED, error=_moved(kind, known, item))
    ended = known.is_active and not item.is_active
    return Verdict(
        change=Change.DEACTIVATED if ended else Change.CHANGED,
        record=record,
        payload=item.payload if record == item.record else records.encoded(record),
        changes=records.changes(_told(sent, known), record) if sent else {},
        message="" if sent else FIRST_TIME,
    )


def _first_time(item: Mapped, known: Known | None, kind: Kind) -> Verdict:
    if not item.is_active:
        return Verdict(change=Change.UNCHANGED, message=NOT_THERE)
    missing = records.missing_for_insert(item.record, kind.party)
    if missing and not (known and known.norce_id):
        return Verdict(change=Change.REFUSED, error=_lacking(missing, kind))
    return Verdict(change=Change.NEW, record=item.record, payload=item.payload)


def _told(sent: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    """Return what Norce knows: that a record has ended was told without its other members, which are kept."""
    return {**sent, "IsActive": known.is_active} if "IsActive" in sent else sent


def _is_another(known: Known, item: Mapped, sent: Mapping[str, Any], kind: Kind) -> bool:
    """Return whether both identifier and name are others than Norce was told: the code has moved to somebody else."""
    old, new = known.identifier, item.identifier
    return bool(old and new) and old != new and _name(sent, kind) != _name(item.record, kind)


def _name(record: Mapping[str, Any], kind: Kind) -> str:
    return " ".join(str(record.get(name) or "") for name in kind.names).strip().lower()


def _lacking(members: Sequence[str], kind: Kind) -> HubError:
    return PermanentError("row_lacks", members=", ".join(members), kind=kind.name)


def _moved(kind: Kind, known: Known, item: Mapped) -> HubError:
    return PermanentError("row_moved", before=known.identifier, now=item.identifier)
