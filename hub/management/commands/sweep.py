"""Put back what dead workers left, and ring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.management.base import Row, TableCommand
from hub.tasks import sweep


class Command(TableCommand):
    """Prints how many rows were put back."""

    help = "Put back work whose worker died, and ring the workers."

    def rows(self, **options: Any) -> Sequence[Row]:
        """Sweep once."""
        return [{"put back": sweep()}]
