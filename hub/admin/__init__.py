"""The admin: where people see what happened, why, and what to press."""

from __future__ import annotations

from hub.admin import (
    accounts,
    alerts,
    api_clients,
    bulk_actions,
    configuration,
    deeds,
    erasures,
    erp_connections,
    event_sources,
    front,
    inbox,
    jobs,
    mappings,
    records,
    reveals,
    run_rows,
    runs,
    schedules,
    sign_ins,
    work,
)

__all__ = [
    "accounts",
    "alerts",
    "api_clients",
    "bulk_actions",
    "configuration",
    "deeds",
    "erasures",
    "erp_connections",
    "event_sources",
    "front",
    "inbox",
    "jobs",
    "mappings",
    "records",
    "reveals",
    "run_rows",
    "runs",
    "schedules",
    "sign_ins",
    "work",
]
