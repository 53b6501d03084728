"""Do all due work once, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.drain import drain
from hub.management.base import Row, TableCommand


class Command(TableCommand):
    """What a ring starts in a worker, by hand: for developers, and while the queue is away."""

    help = "Do all due work in this process and say how many items were done."

    def rows(self, **options: Any) -> Sequence[Row]:
        """Drain once."""
        return [{"done": drain()}]
