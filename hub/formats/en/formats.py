"""Dates as everywhere in the hub, also in English: they sort, and nobody mistakes day and month."""

from __future__ import annotations

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
