"""Make sure this customer or company exists in the ERP; return its code."""

from __future__ import annotations

from dataclasses import replace

from connectors.erp.base import Erp, ErpParty, PartyKind
from connectors.errors import HoldError, TransientError
from customers import bindings, separation
from customers.identity import normal_email, normal_number
from customers.models import Binding
from hub.models import Application

NAMELESS = "nameless"


def ensure_party(*, application: Application, erp: Erp, party: ErpParty, tried_before: bool = False) -> str:
    """Return the ERP code of a buyer: the one on the order, else bound, else found, else created.

    Two matches in the ERP raise HoldError that names them. A create whose outcome is unknown raises
    TransientError; the next try finds what it made, because it searches first. A buyer without
    anything to search by is a question for a person (HoldError) when an earlier try may have made
    them (``tried_before``). The caller stores the code at once and sees to it that one buyer is
    ensured by one worker at a time (``OutboxMessage.serial``).
    """
    if party.code:
        bindings.bind(application, party, party.code, report=Binding.Report.NOT_NEEDED)
        return party.code
    bound = bindings.find(application, party)
    if bound:
        return bound.erp_code
    rule = application.erp_connection.party_rule
    wanted = _identifiers(party)
    if tried_before and not any(wanted.values()):
        raise _nameless()
    found = _search(erp, separation.kind_for(rule, party.kind), wanted)
    code = found or _create(erp, party, wanted, rule)
    return bindings.bind(application, party, code, report=Binding.Report.DUE, created=not found).erp_code


def _identifiers(party: ErpParty) -> dict[str, str]:
    """What to search by: a company's numbers; a person's e-mail, and a company's that has no number."""
    numbers = {"organisation_no": normal_number(party.organisation_no), "vat_no": normal_number(party.vat_no)}
    return numbers | {"email": "" if any(numbers.values()) else normal_email(party.email)}


def _search(erp: Erp, kind: PartyKind, wanted: dict[str, str]) -> str:
    found = erp.find_parties(kind, **wanted) if any(wanted.values()) else []
    codes = sorted({match.code for match in found})
    if len(codes) > 1:
        raise HoldError("ambiguous", number=len(codes), codes=", ".join(codes))
    return codes[0] if codes else ""


def _create(erp: Erp, party: ErpParty, wanted: dict[str, str], rule: str) -> str:
    """Create the buyer as this ERP keeps customers: a company together with its contact, where it does not separate."""
    contact = party.contacts[0] if party.contacts else None
    try:
        return erp.create_party(separation.for_erp(replace(party, contacts=None), contact, rule))
    except TransientError as error:
        if not error.outcome_unknown or any(wanted.values()):
            raise
        raise _nameless() from error


def _nameless() -> HoldError:
    return HoldError(NAMELESS)
