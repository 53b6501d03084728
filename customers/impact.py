"""What the ERP's values of customers and companies would be called in Norce by other value mappings."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.errors import MappingError
from customers.imports import applications
from customers.reading import default_application_key
from hub.impact import Case, Impact, Proposal
from hub.models import Application, ErpConnection
from hub.models.configuration import ValueKind
from hub.values import Translate, norce_translator

KINDS = (
    ValueKind.FLAG,
    ValueKind.PRICE_LIST,
    ValueKind.ROLE,
    ValueKind.DELIVERY_METHOD,
    ValueKind.PAYMENT_METHOD,
)
SHOWN = 20


def customer_impact(proposal: Proposal) -> Impact | None:
    """Return which values of the ERP would be told to Norce under another name; None when customers have none such.

    How many customers have such a value nobody knows before they are read.
    """
    if not any(kind in KINDS for kind, _key, _value in proposal.keys):
        return None
    found = list(_cases(proposal))
    text = ngettext(
        "%(n)d value of the ERP is told to Norce otherwise.",
        "%(n)d values of the ERP are told to Norce otherwise.",
        len(found),
    )
    return Impact(
        title=_("Customers and companies"),
        figures=((text % {"n": len(found)}, "busy"),) if found else (),
        cases=tuple(found[:SHOWN]),
        more=max(len(found) - SHOWN, 0),
        note=_("Which customers have such a value is seen in the next run; a preview under Runs shows it before."),
        asks=bool(found),
    )


def _cases(proposal: Proposal) -> Iterator[Case]:
    """Yield each value of the ERP that would have another name in Norce, or none, for one application."""
    values = _values(proposal)
    for connection, key, name in _scopes():
        old = norce_translator(key, connection, proposal.before)
        new = norce_translator(key, connection, proposal.after)
        for kind, value in values:
            before, after = _name(old, kind, value), _name(new, kind, value)
            if before != after:
                yield Case(
                    label=_("%(kind)s %(value)s of the ERP") % {"kind": kind.label, "value": value},
                    lines=((_("In Norce (%(application)s)") % {"application": name}, before, after),),
                )


def _scopes() -> Iterator[tuple[ErpConnection, str, str]]:
    """Yield each ERP with key and name of the applications for which its customers are translated."""
    names = dict(Application.objects.order_by("number").values_list("key", "name"))
    for connection in ErpConnection.objects.order_by("name"):
        own = set(Application.objects.filter(erp_connection=connection).values_list("key", flat=True))
        keys = dict.fromkeys(key or default_application_key(connection) for key in applications())
        yield from ((connection, key, names[key]) for key in keys if key in own)


def _values(proposal: Proposal) -> list[tuple[ValueKind, str]]:
    """Return the ERP's values that the mappings in question name, before or after."""
    keys = [key for key in proposal.keys if key[0] in KINDS]
    pairs = {(key[0], name) for key in keys for name in (proposal.before.get(key), proposal.after.get(key)) if name}
    return [(ValueKind(kind), name) for kind, name in sorted(pairs)]


def _name(translate: Translate, kind: ValueKind, value: str) -> str:
    try:
        return translate(kind, value)
    except MappingError as error:
        return error.cause
