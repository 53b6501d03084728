"""Single values of Business Central: texts that must fit, dates that are not set, numbers: pure functions."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectors.errors import MappingError

UNSET_DATE = "0001-01-01"


def fitting(name: str, text: str, length: int) -> str:
    """Return a text for a field; raise MappingError naming field, limit and length when it is too long for it.

    Business Central refuses such a text (Application_StringExceededLength) and quotes it in its answer.
    """
    if len(text) <= length:
        return text
    raise MappingError("bc_too_long", name=name, most=length, length=len(text))


def moment_of(text: Any) -> datetime | None:
    """Return a date as the midnight it begins with in the hub's time zone, None for one that is not set."""
    if not text or text == UNSET_DATE:
        return None
    midnight = datetime.combine(date.fromisoformat(str(text)), time())
    return timezone.make_aware(midnight, timezone.get_default_timezone())


def day_of(moment: datetime) -> str:
    """Return the day of a moment in the hub's time zone as Business Central writes dates."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date().isoformat()


def amount(value: Any) -> Decimal:
    """Return a number as a decimal; one that is missing is zero."""
    return Decimal(str(value or 0))
