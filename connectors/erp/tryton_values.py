"""Values as Tryton's JSON writes them: pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def encoded(value: object) -> Any:
    """Return what stands for a value that JSON has not; raise TypeError for one that Tryton has not either."""
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": f"{value:f}"}
        case datetime():
            moment = value.astimezone(UTC)
            return {"__class__": "datetime", **{name: getattr(moment, name) for name in MOMENT}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(type(value).__name__)


def decoded(value: dict[str, Any]) -> Any:
    """Return a value of Tryton's as Python's; its moments are UTC without saying so."""
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "datetime":
            return datetime(**{name: value[name] for name in MOMENT}, tzinfo=UTC)
        case "date":
            return date(value["year"], value["month"], value["day"])
    return value
