"""So many orders and what they come to by currency: added up, kept as JSON, compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number of orders and their sums, VAT included, by currency."""

    count: int = 0
    sums: Mapping[str, Decimal] = field(default_factory=dict)

    def plus(self, currency: str, amount: Decimal | None, count: int = 1) -> Figure:
        """Return the figure with so many more orders; an unknown amount adds nothing."""
        total = self.sums.get(currency, ZERO) + (amount or ZERO)
        sums = self.sums if amount is None else {**self.sums, currency: total}
        return replace(self, count=self.count + count, sums=sums)

    def differs(self, other: Figure, tolerance: Decimal) -> bool:
        """Return whether counts differ, or sums by more than the tolerance for each order (Norce rounds orders)."""
        allowed = tolerance * max(self.count, other.count)
        gaps = (self.sums.get(name, ZERO) - other.sums.get(name, ZERO) for name in {*self.sums, *other.sums})
        return self.count != other.count or any(abs(gap) > allowed for gap in gaps)

    def as_json(self) -> dict[str, Any]:
        """Return the figure as it is kept: sums as text, exact."""
        return {"count": self.count, "sums": {name: str(total) for name, total in sorted(self.sums.items())}}


def of_json(kept: Mapping[str, Any]) -> Figure:
    """Return what `Figure.as_json` gave."""
    return Figure(count=kept["count"], sums={name: Decimal(total) for name, total in kept["sums"].items()})


def of_sums(count: int, sums: Iterable[tuple[str, Decimal]]) -> Figure:
    """Return a figure of a count and pairs of currency and sum."""
    return Figure(count=count, sums=dict(sums))
