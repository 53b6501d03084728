"""Bring the tenant's applications from Norce Query into the hub."""

from __future__ import annotations

from connectors.norce.types.query import Application as NorceApplication
from hub import gateways
from hub.models import Application, ErpConnection

DEFAULT_CONNECTION = "default"


def sync_applications() -> list[tuple[Application, str]]:
    """Read every application of the tenant and create or update its row; what people set stays.

    Returns each row with "new", "changed" or "unchanged". An application that Norce no longer lists
    stays: its orders do too.
    """
    return [_keep(found) for found in gateways.norce_query().applications() if found.id and found.key]


def _keep(found: NorceApplication) -> tuple[Application, str]:
    key, number = (found.key or "").lower(), found.id or 0
    facts = {
        "key": key,
        "number": number,
        "name": (found.name or str(found.id))[:100],
        "is_active": found.is_active is not False,
    }
    row = Application.objects.filter(key=key).first() or Application.objects.filter(number=number).first()
    if row is None:
        connection, _ = ErpConnection.objects.get_or_create(name=DEFAULT_CONNECTION)
        return Application.objects.create(erp_connection=connection, **facts), "new"
    if all(getattr(row, name) == value for name, value in facts.items()):
        return row, "unchanged"
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    return row, "changed"
