"""Small drawings for the cells of a table, whose other cells say the same in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A bar takes so much of the drawing, and its neighbour begins after a gap.
STEP, WIDTH = 10, 8
# What there is at all must be seen, also one order among thousands.
LEAST = 4.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its parts from the bottom up, each a tone and a value; a hint, and where a click leads."""

    parts: tuple[tuple[str, float], ...]
    hint: str = ""
    url: str = ""


def bars(row: Sequence[Bar], *, top: float) -> SafeString:
    """Return bars side by side; ``top`` is the value that takes the whole height.

    Nobody needs to see or to reach them: screen readers and the keyboard have the numbers beside.
    """
    return _drawing(len(row) * STEP, format_html_join("", "{}", ((_bar(n, bar, top),) for n, bar in enumerate(row))))


def strip(parts: Iterable[tuple[str, float]], *, ticks: int) -> SafeString:
    """Return a lying bar on a scale of so many ``ticks``: each part a tone and where on it (0 to 1) it ends."""
    lines = [(f"{100 * number / ticks:.1f}",) for number in range(ticks)]
    drawn, begin = [], 0.0
    for tone, end in parts:
        drawn.append((tone, f"{100 * begin:.1f}", f"{100 * max(end - begin, 0.01):.1f}"))
        begin = end
    scale = format_html_join("", '<rect class="hub-fill-line" x="{}" y="0" width="0.5" height="100"/>', lines)
    bar = format_html_join("", '<rect class="hub-fill-{}" x="{}" y="30" width="{}" height="40"/>', drawn)
    return _drawing(100, scale + bar, "hub-strip")


def _drawing(width: int, shapes: SafeString, look: str = "") -> SafeString:
    return format_html(
        '<svg class="hub-drawing {}" viewBox="0 0 {} 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        look,
        width,
        shapes,
    )


def _bar(place: int, bar: Bar, top: float) -> SafeString:
    rects, height = [], 0.0
    for tone, value in bar.parts:
        part = max(100 * value / top, LEAST) if value else 0.0
        height += part
        if part:
            rects.append((tone, place * STEP + 1, f"{100 - height:.1f}", WIDTH, f"{part:.1f}"))
    shapes = format_html_join("", '<rect class="hub-fill-{}" x="{}" y="{}" width="{}" height="{}"/>', rects)
    if not rects or not bar.url:
        return shapes
    return format_html('<a href="{}" tabindex="-1"><title>{}</title>{}</a>', bar.url, bar.hint, shapes)
