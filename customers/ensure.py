"""Make sure this customer or company exists in the ERP; return its code."""

from __future__ import annotations

from connectors.erp.base import Erp, ErpParty
from connectors.errors import HoldError, TransientError
from customers import bindings
from customers.identity import normal_email, normal_number
from customers.models import Binding
from hub.models import Application


def ensure_party(*, application: Application, erp: Erp, party: ErpParty) -> str:
    """Return the ERP code of a buyer: the one on the order, else bound, else found, else created.

    Two matches in the ERP raise HoldError that names them. A create whose outcome is unknown raises
    TransientError; the next try finds what it made, because it searches first. A buyer without
    anything to search by is a question for a person then (HoldError). The caller sees to it that one
    buyer is ensured by one worker at a time (``OutboxMessage.serial``).
    """
    if party.code:
        bindings.bind(application, party, party.code, report=Binding.Report.NOT_NEEDED)
        return party.code
    bound = bindings.find(application, party)
    if bound:
        return bound.erp_code
    code = _search(erp, party) or _create(erp, party)
    return bindings.bind(application, party, code, report=Binding.Report.DUE).erp_code


def _search(erp: Erp, party: ErpParty) -> str:
    wanted = {
        "email": normal_email(party.email) if party.kind == "person" else "",
        "organisation_no": normal_number(party.organisation_no),
        "vat_no": normal_number(party.vat_no),
    }
    found = erp.find_parties(party.kind, **wanted) if any(wanted.values()) else []
    codes = sorted({match.code for match in found})
    if len(codes) > 1:
        raise HoldError(
            f"The ERP has {len(codes)} customers that match this buyer: {', '.join(codes)}.",
            code="ambiguous",
            remedy="Merge them in the ERP, or add the right one under Customers or Companies, then Retry.",
        )
    return codes[0] if codes else ""


def _create(erp: Erp, party: ErpParty) -> str:
    try:
        return erp.create_party(party)
    except TransientError as error:
        if not error.outcome_unknown or any(bindings.identifiers(party).values()):
            raise
        raise HoldError(
            f"{error.message} It may have made {party.name} all the same, who cannot be searched by e-mail or number.",
            code="nameless",
            remedy="Look for them in the ERP and delete them if they are there, then Retry.",
        ) from error
