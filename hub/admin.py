"""The hub's own tables in the admin."""

from __future__ import annotations
