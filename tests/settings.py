"""The hub's settings as the tests use them: nothing of the developer's own environment but the database and Redis."""

from __future__ import annotations

import os

# What `.env` says about databases is for running, not for testing.
os.environ.setdefault("DATABASE_URL", "sqlite:///test.sqlite3")
os.environ.setdefault("REDIS_URL", "")
if os.environ["REDIS_URL"] and (worker := os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")):
    # Tests that run side by side have databases of their own, in Redis too.
    address, _, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{address}/{(int(number or 0) + 1 + int(worker)) % 16}"
os.environ |= {
    "DJANGO_SECRET_KEY": "only-for-tests",
    "DJANGO_DEBUG": "false",
    "DJANGO_ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "EMAIL_URL": os.environ.get("TEST_EMAIL_URL", "memorymail://"),
    "LOG_LEVEL": os.environ.get("LOG_LEVEL", "CRITICAL"),
    # Processes that a test starts find the sandbox over a socket; the tests themselves mount it.
    "NORCE_BASE_URL": os.environ.get("TEST_NORCE_BASE_URL", "http://sandbox.test"),
    "NORCE_CLIENT_ID": "sandbox",
    "NORCE_CLIENT_SECRET": "sandbox-secret",
    "NORCE_SCOPE": "playground",
    "NORCE_APPLICATION_ID": "1901",
    "NORCE_REQUESTS_PER_MINUTE": "0",
    "NORCE_RECEIVER_CREDENTIALS": "norce:a-long-random-secret-for-tests,norce2:the-next-secret-for-rotation",
    "ERP_URL": f"sandbox+{os.environ.get('TEST_NORCE_BASE_URL', 'http://sandbox.test')}/erp",
}

from hub.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECURE_SSL_REDIRECT = False
# Each client of a test would else read all static files anew.
WHITENOISE_AUTOREFRESH = True
# Addresses are made once; `hub.accounts` hides these where a test does not switch them on.
MFA_PASSKEY_LOGIN_ENABLED = True
