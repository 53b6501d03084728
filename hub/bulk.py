"""Write many new rows at once: by COPY where the database has it, which costs a fifth of an INSERT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model


def upsert(rows: Sequence[Any], *, unique: Sequence[str], batch_size: int = 1000) -> None:
    """Write rows of one model without primary keys; one that is there already by ``unique`` is written over.

    Each may come only once among ``rows``.
    """
    if not rows or (connection.vendor == "postgresql" and _copied(rows)):
        return
    model: type[Model] = type(rows[0])
    names = [field.name for field in _columns(model) if field.name not in unique]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=names, batch_size=batch_size
    )


def _copied(rows: Sequence[Any]) -> bool:
    """Write rows that are all new; return False, with nothing written, when one is there already."""
    fields = _columns(type(rows[0]))
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    command = f"COPY {connection.ops.quote_name(type(rows[0])._meta.db_table)} ({columns}) FROM STDIN"
    try:
        with (
            transaction.atomic(),
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(command) as copy,
        ):
            for row in rows:
                copy.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
    except IntegrityError:
        return False
    return True


def _columns(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]
