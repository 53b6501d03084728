"""A small Business Central of our own: strict by its OpenAPI document, with its ways of losing orders."""

from __future__ import annotations
