"""The admin: where people see what happened, why, and what to press."""

from __future__ import annotations

from hub.admin import accounts, configuration, inbox, records, schedules, work

__all__ = ["accounts", "configuration", "inbox", "records", "schedules", "work"]
