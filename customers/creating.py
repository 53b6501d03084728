"""Create in the ERP whom Norce has and no ERP knows, where the ERP connection wants that; the code is reported back."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from customers import bindings, hearing, norce_rows, told
from customers.ensure import ensure_party
from customers.kinds import Kind
from hub import gateways, outbox
from hub.models import Application, OutboxMessage


def create(kind: Kind, message: OutboxMessage) -> None:
    """Make sure that a customer of Norce without a code exists in the ERP; makes outside calls.

    As for an order's buyer, one is searched for before it is created (`customers.ensure`). Whoever has
    got a code or a binding meanwhile, is inactive or forgotten, or is gone, is not created. Raises as
    `customers.ensure.ensure_party` and the clients do.
    """
    number = int(message.payload["norce_id"])
    application = (
        Application.objects.select_related("erp_connection")
        .filter(key=message.payload["application"], erp_connection__creates_from_norce=True)
        .first()
    )
    query = norce_rows.query_for(message.payload["application"])
    row = norce_rows.look_up(query, kind, number, fresh=True)
    if row is None or application is None or getattr(row, "is_forgotten", False) or row.is_active is False:
        return
    countries = norce_rows.countries(query, [row])
    party = told.party_of(row, countries)
    if not party.code and not kind.table._default_manager.filter(norce_id=number).exists():
        outbox.wait_for_same_serial(message)
        erp = gateways.erp(application.erp_connection.name)
        tried = message.tries > 1
        code = ensure_party(application=application, erp=erp, party=party, tried_before=tried)
        _know(kind, application, code, number)
    # What has changed while the ERP made it, or differs there, is told next.
    hearing.hear(kind, [row], countries)


def _know(kind: Kind, application: Application, code: str, number: int) -> None:
    """Give the new binding the Norce id, by which its code is reported; another one may have it already."""
    scope = bindings.in_scope(kind.table, *bindings.scope(application).values())
    try:
        with transaction.atomic():
            scope.filter(erp_code=code, norce_id=None, forgotten_at=None).update(norce_id=number)
    except IntegrityError:
        return
