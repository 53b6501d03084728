"""The settings as a careful production would have them, for `check --deploy`."""

from __future__ import annotations

import os

os.environ |= {
    "DJANGO_SECRET_KEY": "a-secret-key-of-production-length-with-many-different-characters-0123456789",
    "DJANGO_DEBUG": "false",
    "DJANGO_ALLOWED_HOSTS": "hub.example.com",
    "DATABASE_URL": "sqlite:///deployed.sqlite3",
    "REDIS_URL": "",
    "NORCE_RECEIVER_CREDENTIALS": "norce:0123456789abcdef0123456789abcdef",
    "ERP_URL": "sandbox+http://127.0.0.1:8765/erp",
}

from hub.settings import *  # noqa: E402, F403
