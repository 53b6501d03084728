"""The hub against a real Tryton, in a process and an environment of its own."""

from __future__ import annotations
