"""The admin: where people see what happened, why, and what to press."""

from __future__ import annotations

from hub.admin import (
    accounts,
    configuration,
    erasures,
    erp_connections,
    inbox,
    jobs,
    records,
    run_rows,
    runs,
    schedules,
    work,
)

__all__ = [
    "accounts",
    "configuration",
    "erasures",
    "erp_connections",
    "inbox",
    "jobs",
    "records",
    "run_rows",
    "runs",
    "schedules",
    "work",
]
