"""Create the periodic tasks that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django_q.models import Schedule

from hub.management.base import Row, TableCommand
from hub.schedules import set_schedules


class Command(TableCommand):
    """Prints all schedules; those that people changed stay as they are."""

    help = "Create the schedules that are missing; changed ones stay."

    def rows(self, **options: Any) -> Sequence[Row]:
        """Create and return them."""
        created = set_schedules()
        return [
            {"name": row.name, "every minutes": row.minutes, "next": row.next_run, "created": row.name in created}
            for row in Schedule.objects.order_by("name")
        ]
