"""Message erp.customer: bring what Norce has of a customer now to the ERP, unless the ERP has changed the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import simplejson
from django.db import IntegrityError, transaction

from connectors.erp.base import ErpParty
from connectors.errors import ConfigError, HoldError, PermanentError
from connectors.norce.plan import plan_of
from connectors.norce.types.customers import Company, Customer
from connectors.norce.wire import WireError
from customers import forgetting, hearing, merging, norce_rows, records, sides, told
from customers.baseline import Baseline, Heard, baseline, changed
from customers.kinds import PEOPLE, Kind
from customers.merging import Merge
from customers.models import Binding, CustomerBinding
from customers.told import Record
from hub import gateways
from hub.models import ErpConnection


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One binding and what Norce has of it now: as a party, as a record, and what was known before."""

    binding: Any
    kind: Kind
    party: ErpParty
    record: Record
    heard: Heard
    known: Baseline


def tell(kind: Kind, binding: Binding) -> None:
    """Bring a binding's customer in the ERP to what Norce has now; makes outside calls, never in a transaction.

    Reads both sides afresh and writes only the members that Norce has changed and the ERP has not, so
    that a repeat does nothing. Raises HoldError when both have changed a member, PermanentError when the
    ERP has nobody active under the code, and as the clients do.
    """
    item = _read(kind, binding)
    if item is None:
        return
    under_way = hearing.under_way([binding]).get((binding.application_key, binding.subject), ())
    names = changed(item.record, item.known, under_way)
    if not names:
        _keep(item, {"heard": item.heard.brought(item.record, ()).written()})
        return
    connection = ErpConnection.objects.filter(name=binding.erp_connection).first()
    if connection is None:
        raise ConfigError("connection_gone", connection=binding.erp_connection)
    _bring(item, names, connection)


def _read(kind: Kind, binding: Binding) -> _Told | None:
    """Return what Norce has of a binding now, None when it has nobody, or has forgotten them."""
    if binding.norce_id is None:
        return None
    query = norce_rows.query_for(binding.application_key)
    row = norce_rows.look_up(query, kind, binding.norce_id, fresh=True)
    if row is None:
        return None
    if getattr(row, "is_forgotten", False):
        forgetting.forget(CustomerBinding.objects.filter(norce_id=binding.norce_id, forgotten_at=None))
        return None
    party = told.party_of(row, norce_rows.countries(query, [row]))
    heard = Heard.read(binding.heard)
    known = baseline(heard, binding.sent)
    return _Told(binding=binding, kind=kind, party=party, record=told.told(party), heard=heard, known=known)


def _bring(item: _Told, names: frozenset[str], connection: ErpConnection) -> None:
    erp = sides.party_in_erp(item.binding, item.kind, connection)
    if erp is None:
        raise _nobody(item)
    merge = _merge(item, names, erp, connection)
    if merge.both:
        raise _both(item, merge)
    party = merging.merged(erp, item.party, merge.write, item.known.values)
    fields = merging.fields(erp, party)
    heard = item.heard
    if fields:
        # Kept before the call: if its answer is lost, what the ERP then has is known to be ours.
        heard = heard.attempting({name: item.record[name] for name in merge.write})
        if not _keep(item, {"heard": heard.written()}):
            return
        gateways.erp(connection.name).update_party(item.binding.erp_code, party, fields)
    columns = {"heard": heard.brought(item.record, merge.write | merge.agreed).written()}
    mended = _sent(item, party, (merge.write | merge.agreed) - set(connection.left_to_norce))
    _keep(item, columns | mended, unless_sent_since=True) or _keep(item, columns)
    _identify(item, merge.write | merge.agreed)


def _merge(item: _Told, names: frozenset[str], erp: ErpParty, connection: ErpConnection) -> Merge:
    try:
        return merging.merge(
            names, norce=item.record, erp=erp, known=item.known, own=frozenset(connection.left_to_norce)
        )
    except WireError as error:
        raise PermanentError("changed_untakeable", code=item.binding, said=error) from error


def _keep(item: _Told, columns: dict[str, str], *, unless_sent_since: bool = False) -> bool:
    """Write columns of the binding; return False when it is gone or forgotten, or a run has sent it meanwhile."""
    rows = item.kind.table._default_manager.filter(pk=item.binding.pk, forgotten_at=None)
    if unless_sent_since:
        rows = rows.filter(sent=item.binding.sent, digest=item.binding.digest)
    return bool(rows.update(**columns))


def _sent(item: _Told, party: ErpParty, names: frozenset[str]) -> dict[str, str]:
    """Return the columns ``sent`` and ``digest`` with members that both sides have now.

    A delta of the ERP that lists just this is then unchanged, and everything else that the ERP has
    changed still differs. Where the digest stands for more than can be told from the record, it is
    taken away: then the record is sent once more, which hides nothing.
    """
    if not item.binding.sent:
        return {}
    sent = simplejson.loads(item.binding.sent, use_decimal=True)
    is_whole = _digest(sent) == item.binding.digest
    has = told.record_of(party)
    members = {**{name: value for name, value in sent.items() if name not in names}}
    members |= {name: has[name] for name in names if name in has}
    plan = plan_of(Customer if item.kind is PEOPLE else Company)
    ordered = {one.name: members[one.name] for one in plan.members if one.name in members}
    return {"sent": records.encoded(ordered), "digest": _digest(ordered) if is_whole else ""}


def _digest(record: Record) -> str:
    """Return the digest of a record as the ERP's is mapped: without what was cleared explicitly."""
    return records.digest(records.encoded({name: value for name, value in record.items() if value is not None}))


def _identify(item: _Told, names: frozenset[str]) -> None:
    """Let orders find the binding by a changed e-mail address or number, unless another code has it."""
    value = item.kind.identifier(item.party)
    if item.kind.natural not in names or not value:
        return
    try:
        with transaction.atomic():
            _keep(item, {item.kind.column: value})
    except IntegrityError:
        return


def _both(item: _Told, merge: Merge) -> HoldError:
    return HoldError("both_changed", members=", ".join(sorted(merge.both)), what=item.kind.name, code=item.binding)


def _nobody(item: _Told) -> PermanentError:
    return PermanentError("changed_nobody", code=item.binding)
