"""Bring the tenant's applications from Norce Query into the hub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.applications import sync_applications
from hub.management.base import Row, TableCommand


class Command(TableCommand):
    """Prints every application with what was done with it."""

    help = "Read the applications from Norce Query; new ones get the ERP connection 'default'."

    def rows(self, **options: Any) -> Sequence[Row]:
        """Sync and return a row for each application."""
        return [
            {"id": row.number, "key": row.key, "name": row.name, "erp": row.erp_connection.name, "was": was}
            for row, was in sync_applications()
        ]
