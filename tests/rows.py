"""Rows of any table by the thousand: what must be single is numbered, everything else is as the model has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone


def fill(table: type[models.Model], number: int) -> None:
    """Make so many rows; a table that they refer to gets one for each."""
    single = {name for names in table._meta.total_unique_constraints for name in names.fields}
    single |= {field.name for field in table._meta.concrete_fields if field.unique}
    single |= {name for names in table._meta.unique_together for name in names}
    fields = [field for field in table._meta.concrete_fields if not isinstance(field, models.AutoField)]
    referred = {field.name: _referred(field, number) for field in fields if isinstance(field, models.ForeignKey)}
    table._default_manager.bulk_create(
        table(**{field.name: _value(field, place, field.name in single, referred) for field in fields})
        for place in range(1, number + 1)
    )


def _referred(field: models.ForeignKey[Any, Any], number: int) -> list[Any]:
    if field.null:
        return [None] * number
    other = field.related_model
    if not other._default_manager.exists():
        fill(other, number)
    return list(other._default_manager.order_by("pk")[:number])


def _value(field: models.Field[Any, Any], place: int, is_single: bool, referred: dict[str, list[Any]]) -> Any:
    if field.name in referred:
        known = referred[field.name]
        return known[(place - 1) % len(known)]
    if field.choices:
        # The first state of work is one that only one row of a kind may have.
        return list(field.flatchoices)[-1][0]
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return timezone.localdate() - timedelta(days=place)
    if isinstance(field, models.DateTimeField):
        return None if field.null else timezone.now()
    if isinstance(field, models.IntegerField) and (is_single or not field.has_default()):
        return place if is_single else None if field.null else 1
    if isinstance(field, models.CharField) and (is_single or field.name == "subject"):
        return f"{field.name}:{place}"[-(field.max_length or 40) :]
    return field.get_default()
