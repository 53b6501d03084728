"""Ask the ERP and Norce what they have of one customer or company now; every answer is a record or words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simplejson
from django.utils.translation import gettext as _

from connectors.erp.base import ErpParty
from connectors.errors import HubError
from connectors.norce import odata
from connectors.norce.message import Message
from connectors.norce.plan import plan_of
from connectors.norce.query import NorceQuery
from connectors.norce.types.customers import Company, Customer
from connectors.norce.types.query import CompanyRow, CustomerRow
from customers import comparing, matching, planning, reading, separation
from customers.kinds import Kind
from customers.models import Binding
from hub import gateways
from hub.models import ErpConnection, SyncRun

KINDS = reading.KINDS


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one side has: a record by wire name, or in ``problem`` why there is none. ``names`` are those asked for."""

    record: Mapping[str, Any] | None = None
    problem: str = ""
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Register:
    """Norce's customers or companies: who they are (few members) and whole rows by what is natural to them."""

    row: type[Message]
    record: type[Message]
    identities: Callable[[NorceQuery, int, str], Sequence[Any]]
    whole: Callable[[NorceQuery, Sequence[str]], Sequence[Any]]
    natural: str
    code: str


_REGISTERS = {
    "customer": _Register(
        row=CustomerRow,
        record=Customer,
        identities=NorceQuery.customers_after,
        whole=NorceQuery.customers_by_email,
        natural="email_address",
        code="customer_code",
    ),
    "company": _Register(
        row=CompanyRow,
        record=Company,
        identities=NorceQuery.companies_after,
        whole=NorceQuery.companies_by_organisation_no,
        natural="organization_no",
        code="company_code",
    ),
}


def sent_last(binding: Binding) -> Side:
    """Return the record Norce accepted last."""
    if not binding.sent:
        return Side(problem=_("No run has sent this record yet."))
    return Side(record=simplejson.loads(binding.sent, use_decimal=True))


def erp_now(binding: Binding) -> Side:
    """Return what would be sent of the ERP's present record; makes outside calls, so never in a transaction."""
    return _or_words(lambda: _erp_now(binding))


def norce_now(binding: Binding) -> Side:
    """Return what Norce Query says of the customer now; makes outside calls, so never in a transaction.

    Query's rows lack the nested members (query-event.md), so ``names`` are few.
    """
    return _or_words(lambda: _norce_now(binding))


def _or_words(ask: Callable[[], Side]) -> Side:
    try:
        return ask()
    except HubError as error:
        return Side(problem=error.told)


def _erp_now(binding: Binding) -> Side:
    kind = KINDS[binding.kind]
    connection = ErpConnection.objects.filter(name=binding.erp_connection).first()
    if connection is None:
        return Side(problem=_("There is no ERP connection of this name any more."))
    party = party_in_erp(binding, kind, connection)
    if party is None:
        return Side(problem=_not_found(connection))
    run = SyncRun(application_key=binding.application_key)
    one = planning.mapped(party, kind, reading.scope_of(run, connection))
    if one.problem:
        return Side(problem=one.problem.told)
    # Through JSON, so that every value looks as in what was sent.
    return Side(record=simplejson.loads(one.payload, use_decimal=True))


def party_in_erp(binding: Binding, kind: Kind, connection: ErpConnection) -> ErpParty | None:
    """Return what the ERP has under a binding's code now, None when nobody active; makes an outside call."""
    wanted = separation.kind_for(connection.party_rule, kind.party)
    found = gateways.erp(connection.name).find_parties(wanted, code=binding.erp_code)
    parties = [one for party in found for one in kind.separated(party, connection.party_rule)]
    return next((party for party in parties if party.code == binding.erp_code), None)


def _not_found(connection: ErpConnection) -> str:
    text = _("The ERP has nobody active with this code: inactive, deleted, or another code there.")
    if connection.party_rule == ErpConnection.PartyRule.WITH_CONTACTS:
        return text + " " + _("A company's contact is not found by its own code: look on the company.")
    return text


def _norce_now(binding: Binding) -> Side:
    register = _REGISTERS[binding.kind]
    number = matching.application_number(binding.application_key)
    query = gateways.norce_query(number)
    code = odata.compared(KINDS[binding.kind].code, "eq", binding.erp_code)
    rows = register.identities(query, 0, odata.identified("Id", binding.norce_id) if binding.norce_id else code)
    own = (None, number) if binding.application_key else ()
    found = [row for row in rows if not own or row.application_id in own]
    if len(found) > 1:
        ids = ", ".join(str(row.id) for row in found)
        return Side(problem=_("Norce has several with this code, ids %(ids)s: merge them there.") % {"ids": ids})
    if not found:
        return Side(problem=_("Norce has nobody with this id or code."))
    if getattr(found[0], "is_forgotten", False):
        return Side(problem=_("Norce has forgotten this customer."))
    return _filled(query, register, found[0], KINDS[binding.kind])


def _filled(query: NorceQuery, register: _Register, found: Any, kind: Kind) -> Side:
    """Return all that Query tells of a customer: it is found again by its natural key, which gives whole rows."""
    natural = getattr(found, register.natural)
    whole = next((row for row in register.whole(query, [natural]) if row.id == found.id), None) if natural else None
    asked = comparing.shared_names(register.row, register.record)
    names = asked if whole else asked & {kind.natural, *kind.names, "IsActive"}
    row = whole or found
    told = {one.name: getattr(row, one.attribute) for one in plan_of(register.row).members if one.name in names}
    return Side(record=told | {"Code": getattr(row, register.code)}, names=names | {"Code"})
