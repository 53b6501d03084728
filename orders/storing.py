"""Keep an order together with its work and the ring: all or nothing."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from hub import rings
from hub.models import OutboxMessage
from orders.identifying import Identity
from orders.models import Order

KIND = "erp.order"
# Where an order goes until its ERP is called for the first time: then the message names the connection.
UNTOLD = "erp"
# What becomes known with each order: named parameters of the statements, by column.
GIVEN = ("application_key", "source", "client_order_ref", "buyer_email", "format", "body", "serial")


def store(identity: Identity, *, body: bytes, format: str) -> bool:
    """Insert a new order, the message that sends it to the ERP, and a ring when one is due.

    Returns False, with nothing written, when an order with this identity is there already. Raises
    DatabaseError when it could not be stored. Written in SQL, because two rows through the ORM in a
    transaction halve the intake (`make bench`).
    """
    statements = _statements(connection.vendor)
    values = vars(identity) | {"body": body, "format": format, "now": timezone.now()}
    ring = rings.due()
    # One statement is a transaction already; more of them, or a ring beside it, need one around them.
    alone = len(statements) == 1 and not ring
    with nullcontext() if alone else transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
        stored = bool(cursor.rowcount == 1)
        if stored and ring:
            rings.ring()
    return stored


@cache
def _statements(vendor: str) -> tuple[str, ...]:
    """Return the inserts, made from the models so that a new column gets its default here too.

    PostgreSQL takes both in one statement. SQLite does not; there the second finds out whether the
    first has inserted a row, and which.
    """
    order = f"{_insert(Order)} VALUES ({', '.join(_columns(Order).values())}) ON CONFLICT DO NOTHING"
    message = f"{_insert(OutboxMessage)} SELECT {', '.join(_message().values())} FROM"
    if vendor == "postgresql":
        return (f"WITH kept AS ({order} RETURNING id) {message} kept",)
    inserted = "kept.id = last_insert_rowid() AND changes() = 1"
    return order, f"{message} {Order._meta.db_table} kept WHERE {inserted}"


def _insert(model: type[models.Model]) -> str:
    return f"INSERT INTO {model._meta.db_table} ({', '.join(_columns(model))})"


def _message() -> dict[str, str]:
    return _columns(OutboxMessage) | {
        "kind": f"'{KIND}'",
        "system": f"'{UNTOLD}'",
        "subject": "'order:' || kept.id",
        "key": f"'{KIND}:' || kept.id",
    }


def _columns(model: type[models.Model]) -> dict[str, str]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return {field.column or "": _expression(field) for field in fields}


def _expression(field: models.Field[Any, Any]) -> str:
    if field.column in GIVEN:
        return f"%({field.column})s"
    if field.default is timezone.now:
        return "%(now)s"
    return _literal(field.get_db_prep_save(field.get_default(), connection))


def _literal(value: Any) -> str:
    """Return a model's default as SQL: nothing, truth, a number, a text or JSON (which psycopg wraps)."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    return "'" + str(getattr(value, "obj", value)).replace("'", "''") + "'"
