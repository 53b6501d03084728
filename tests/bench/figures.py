"""What a benchmark answers: named figures with their unit and, where one is set, their limit."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value; ``at_least`` or ``at_most`` is what it must reach to be good."""

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def required(self) -> str:
        """Return the limit in words, empty when there is none."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if self.at_most is not None else ""

    @property
    def good(self) -> bool:
        """Tell whether the value keeps its limit."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that ``share`` (0 to 1) of the values do not exceed; 0.0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def table(title: str, figures: Sequence[Figure]) -> Table:
    """Return the figures of one benchmark as a table for a terminal."""
    result = Table("figure", "value", "unit", "required", "kept", title=title, title_justify="left")
    for figure in figures:
        kept = ("yes" if figure.good else "NO") if figure.required else ""
        result.add_row(figure.name, f"{figure.value:,.4g}", figure.unit, figure.required, kept)
    return result


def machine() -> dict[str, str | int | float]:
    """Return what the figures depend on besides the code: processor, memory, load, versions."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
    }
