"""The hub's settings in production, but reached over plain HTTP on this machine."""

from __future__ import annotations

from hub.settings import *  # noqa: F403

SECURE_SSL_REDIRECT = False
