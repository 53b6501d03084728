"""Compare a page of Norce's orders with the hub's: figures by day, and which orders are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from connectors.norce.query import NorceQuery
from connectors.norce.types.query import OrderRow
from hub.models import Application
from orders import norce_match
from orders.figures import Figure, of_json
from orders.identifying import normal_source
from orders.models import Order
from orders.norce_rows import amount, day_of, is_ours, made_at, reference, why_not_wanted

# So many are named on the page for one day; all are counted and have a row in the run.
NAMED = 200


@dataclass(frozen=True, kw_only=True)
class Lost:
    """An order that Norce has and the hub has not; ``id`` is Norce's, ``number`` what Norce Admin shows.

    ``source`` is "" where Query tells none.
    """

    id: int
    reference: str
    source: str
    number: str
    at: datetime
    amount: Decimal
    currency: str

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return vars(self) | {"at": self.at.isoformat(), "amount": str(self.amount)}


@dataclass(kw_only=True)
class Day:
    """What has been counted of a day so far."""

    norce: Figure = field(default_factory=Figure)
    hub: Figure = field(default_factory=Figure)
    missing: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as the run's cursor keeps it."""
        return {"norce": self.norce.as_json(), "hub": self.hub.as_json(), "missing": self.missing}


def day_of_json(kept: dict[str, Any]) -> Day:
    """Return what `Day.as_json` gave."""
    return Day(norce=of_json(kept["norce"]), hub=of_json(kept["hub"]), missing=list(kept["missing"]))


def empty_days(since: datetime, until: datetime) -> dict[str, Any]:
    """Return the days of a span with nothing counted yet, by date: a day without orders is shown too."""
    first, last = day_of(since), day_of(until)
    return {str(first + timedelta(days=n)): Day().as_json() for n in range((last - first).days + 1)}


def add_page(
    days: dict[str, Any], rows: Sequence[OrderRow], application: Application, query: NorceQuery
) -> tuple[dict[str, Any], list[Lost]]:
    """Return the days with a page of Norce's orders counted in, and those of the page that are missing.

    What is cancelled or anonymised in Norce and never came here is nothing that the hub should have.
    """
    orders = norce_match.known(application, rows)
    counted = {day: day_of_json(kept) for day, kept in days.items()}
    missing, currency = [], cache(query.currency_code)
    for place, row in enumerate(rows):
        order, at = orders.get(place), made_at(row)
        if at is None or not is_ours(row) or (order is None and why_not_wanted(row)):
            continue
        lost = _lost(row, at, currency(row.currency_id))
        _count(counted.setdefault(str(day_of(at)), Day()), lost, order)
        missing += [] if order else [lost]
    return {day: found.as_json() for day, found in counted.items()}, missing


def _lost(row: OrderRow, at: datetime, currency: str) -> Lost:
    return Lost(
        id=row.id or 0,
        reference=reference(row),
        source=normal_source(row.source) if row.source else "",
        number=row.order_no or reference(row),
        at=at,
        amount=amount(row),
        currency=currency,
    )


def _count(day: Day, row: Lost, order: Order | None) -> None:
    day.norce = day.norce.plus(row.currency, row.amount)
    if order:
        day.hub = day.hub.plus(order.currency or row.currency, order.total)
    elif len(day.missing) < NAMED:
        day.missing.append(row.as_json())
