"""Find which bindings rows of Norce belong to, a page at a time; make the one that a code alone tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from customers import bindings
from customers.kinds import Kind, NorceParty
from customers.models import Binding
from customers.planning import FORGOTTEN
from hub.models import Application

UNBOUND = sentence(_("It has no ERP code in Norce: it is created in the ERP by its first order."))
INACTIVE = sentence(_("It has no ERP code and is inactive in Norce: nothing is created."))
NOWHERE = sentence(_("No active application that it belongs to has an ERP connection."))
SEVERAL = sentence(_("Several ERP connections come into question for it, and no binding says which: bind it by hand."))
TAKEN = sentence(
    _("Its ERP code, or its e-mail address or number, is bound to another one here: correct that binding.")
)


@dataclass(kw_only=True)
class Owned:
    """What belongs to one row of Norce: its ``bindings``, or the ``note`` why there are none.

    ``creates_in`` is the application for whose ERP it is to be created, ``new`` a binding that is yet to be made.
    """

    bindings: Sequence[Binding] = ()
    note: str = ""
    creates_in: Application | None = None
    new: Binding | None = None


def find(kind: Kind, parties: Mapping[int, NorceParty], active: frozenset[int]) -> dict[int, Owned]:
    """Return what belongs to each party of Norce, by its id; called in a transaction, which locks the bindings.

    They are found by Norce id, else by code within their applications' ERPs; a code found this way gives
    the binding its id. Where the code has no binding and one ERP connection only comes into question,
    the binding is made: Norce has the code already. ``active`` are those that are active in Norce.
    """
    applications = list(Application.objects.filter(is_active=True).select_related("erp_connection").order_by("number"))
    known = _known(kind, parties)
    owned: dict[int, Owned] = {}
    for number, party in parties.items():
        own = [one for one in applications if party.application_id in (None, one.number)]
        owned[number] = _owned(kind, party, own, known, is_active=number in active)
    _make(kind, owned)
    _learn(kind, owned)
    return owned


def _known(kind: Kind, parties: Mapping[int, NorceParty]) -> list[Binding]:
    codes = {party.code for party in parties.values() if party.code}
    rows = kind.table._default_manager.filter(Q(norce_id__in=parties) | Q(norce_id=None, erp_code__in=codes))
    return list(rows.select_for_update().order_by("pk"))


def _owned(
    kind: Kind, party: NorceParty, own: Sequence[Application], known: Sequence[Binding], *, is_active: bool
) -> Owned:
    bound = [row for row in known if row.norce_id == party.id] or _coded(kind, party, own, known)
    if any(row.forgotten_at for row in bound):
        return Owned(note=FORGOTTEN)
    if len(bound) > 1 and not all(row.norce_id for row in bound):
        return Owned(note=SEVERAL)
    if bound:
        return Owned(bindings=bound)
    wanted = own if party.code else [one for one in own if one.erp_connection.creates_from_norce]
    if not own:
        return Owned(note=NOWHERE)
    if not wanted or not (party.code or is_active):
        return Owned(note=UNBOUND if is_active else INACTIVE)
    scopes = {tuple(bindings.scope(one).values()) for one in wanted}
    if len(scopes) > 1:
        return Owned(note=SEVERAL)
    return Owned(new=_new(kind, party, wanted[0])) if party.code else Owned(creates_in=wanted[0])


def _coded(kind: Kind, party: NorceParty, own: Sequence[Application], known: Sequence[Binding]) -> list[Binding]:
    """Return the bindings with the party's code whose Norce id is not known; of several those with its identifier."""
    scopes = {tuple(bindings.scope(one).values()) for one in own}
    found = [
        row
        for row in known
        if party.code
        and row.norce_id is None
        and row.erp_code == party.code
        and (row.application_key, row.erp_connection) in scopes
    ]
    alike = [row for row in found if party.identifier and getattr(row, kind.column) == party.identifier]
    return alike if len(found) > 1 and len(alike) == 1 else found


def _new(kind: Kind, party: NorceParty, application: Application) -> Binding:
    columns: dict[str, Any] = {kind.column: party.identifier, "erp_code": party.code, "norce_id": party.id}
    return kind.table(**bindings.scope(application), **columns, report=Binding.Report.NOT_NEEDED)


def _make(kind: Kind, owned: Mapping[int, Owned]) -> None:
    """Make the new bindings; one whose code or identifier another one has is left out by the database, and said."""
    new: list[Any] = [one.new for one in owned.values() if one.new]
    if not new:
        return
    kind.table._default_manager.bulk_create(new, ignore_conflicts=True)
    numbers = [row.norce_id for row in new]
    made = {row.norce_id: row for row in kind.table._default_manager.filter(norce_id__in=numbers)}
    for number, one in owned.items():
        if one.new:
            one.bindings, one.note = ([made[number]], "") if number in made else ((), TAKEN)


def _learn(kind: Kind, owned: Mapping[int, Owned]) -> None:
    nameless: list[Any] = [(row, number) for number, one in owned.items() for row in one.bindings if not row.norce_id]
    for row, number in nameless:
        row.norce_id = number
    kind.table._default_manager.bulk_update([row for row, _ in nameless], ["norce_id"], batch_size=200)
