"""Norce's messages as dataclasses; import them from the module of their service, as names repeat between them."""

from __future__ import annotations
