"""The hub's settings: everything that differs between machines comes from the environment or `.env`."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from hub.logging_settings import logging_settings
from hub.look import UNFOLD as UNFOLD
from hub.mail_url import mail_settings
from hub.sign_in_settings import sign_in_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1", "sandbox.test"}

# ---------------------------------------------------------------- Django
DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("DJANGO_SECRET_KEY is not set: copy .env.example to .env, or run `make run`.")
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_q",
    "django_structlog",
    "import_export",
    "simple_history",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "anymail",
    "connectors",
    "hub",
    "customers",
    "orders",
]

MIDDLEWARE = [
    "hub.middleware.machines",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hub.middleware.RequestLog",
    "allauth.account.middleware.AccountMiddleware",
    "hub.accounts.second_factor",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hub.urls"
LOGIN_REDIRECT_URL = "admin:index"
WSGI_APPLICATION = "hub.wsgi.application"
# Both spellings of a machine address are answered; a redirect would lose the body of a POST.
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hub.accounts.look",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "hub.rights.RightsBackend"]
sign_in = sign_in_settings(env)
vars().update(sign_in)
# What the hub's own code reads has a type.
TRUSTED_PROXIES: int = sign_in["TRUSTED_PROXIES"]
SIGN_IN_MFA: str = sign_in["SIGN_IN_MFA"]
SIGN_IN_ACCOUNTS: bool = sign_in["SIGN_IN_ACCOUNTS"]
AXES_COOLOFF_TIME: timedelta = sign_in["AXES_COOLOFF_TIME"]
# A passkey made on http://localhost, for who tries it out.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = sign_in["SOCIALACCOUNT_PROVIDERS"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = env.str("HUB_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "hub" / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
FORMAT_MODULE_PATH = ["hub.formats"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# Who wants an earlier state back changes the row and says why.
SIMPLE_HISTORY_REVERT_DISABLED = True
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    # The platform asks for health over plain HTTP from inside; machines never get a redirect (hub/middleware.py),
    # which would lose the body of a POST; everything else is sent to HTTPS.
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]

# ---------------------------------------------------------------- database, cache, mail
DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'hub.sqlite3'}"
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
database = DATABASES["default"]
# A new connection for each request or task costs six times the work itself.
database["CONN_MAX_AGE"] = None
database["CONN_HEALTH_CHECKS"] = True
if database["ENGINE"].endswith("sqlite3"):
    database["ENGINE"] = "hub.sqlite"
    # Writers queue up instead of failing; FULL, because a stored order must survive a power cut.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A cache that swallows packets must not hold a read up.
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# A mail server that hangs must not hold a worker.
EMAIL_TIMEOUT = 20
EMAIL_URL = env.str("EMAIL_URL", default="") or "consolemail://"
vars().update(mail_settings(EMAIL_URL, base=BASE_DIR, timeout=EMAIL_TIMEOUT))
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="") or "Norce hub <norce-hub@localhost>"

# ---------------------------------------------------------------- django-q: it only rings (hub/rings.py)
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2)
Q_CLUSTER: dict[str, Any] = {
    "name": "hub",
    "workers": WORKER_CONCURRENCY,
    "queue_limit": WORKER_CONCURRENCY,
    "timeout": 300,
    "retry": 600,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,
    "recycle": 2000,
    "poll": 0.1,
    "label": _("Queue"),
    "log_level": "WARNING",
}
if REDIS_URL:
    # A queue that swallows packets must not hold an order up.
    limits = "socket_connect_timeout=2&socket_timeout=5"
    Q_CLUSTER["redis"] = f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}{limits}"
else:
    Q_CLUSTER |= {"orm": "default", "broker_class": "hub.broker.RingBroker"}

# ---------------------------------------------------------------- the work engine (hub/work.py)
HUB_LEASE_SECONDS = env.float("HUB_LEASE_SECONDS", default=120)
HUB_STALL_SECONDS = env.float("HUB_STALL_SECONDS", default=120)
HUB_SWEEP_SECONDS = env.float("HUB_SWEEP_SECONDS", default=10)
HUB_MAX_ATTEMPTS = env.int("HUB_MAX_ATTEMPTS", default=40)
# Norce publishes neither a number of records nor of bytes for one import (customers-jobs-auth.md § 7).
HUB_BATCH_RECORDS = env.int("HUB_BATCH_RECORDS", default=500)
HUB_BATCH_BYTES = env.int("HUB_BATCH_BYTES", default=4 * 1024 * 1024)
HUB_JOB_LEAD_MINUTES = env.int("HUB_JOB_LEAD_MINUTES", default=30)
HUB_KEEP_ORDER_DAYS = env.int("HUB_KEEP_ORDER_DAYS", default=0)
LOST_ORDERS_FETCH = env.bool("LOST_ORDERS_FETCH", default=False)
HUB_ALERT_EMAILS = env.list("HUB_ALERT_EMAILS", default=[])
HUB_ALERT_MINUTES = env.int("HUB_ALERT_MINUTES", default=15)
HUB_URL = env.str("HUB_URL", default="http://127.0.0.1:8000").rstrip("/")

# ---------------------------------------------------------------- Norce
NORCE_BASE_URL = env.str("NORCE_BASE_URL", default="").rstrip("/")
NORCE_CLIENT_ID = env.str("NORCE_CLIENT_ID", default="")
NORCE_CLIENT_SECRET = env.str("NORCE_CLIENT_SECRET", default="")
NORCE_SCOPE = env.str("NORCE_SCOPE", default="")
NORCE_APPLICATION_ID = env.int("NORCE_APPLICATION_ID", default=0)
NORCE_ACCOUNT_ID = env.int("NORCE_ACCOUNT_ID", default=10000)
NORCE_REQUESTS_PER_MINUTE = env.int("NORCE_REQUESTS_PER_MINUTE", default=60)
NORCE_ACK_STATUS = env.str("NORCE_ACK_STATUS", default="Confirmed")
# Norce does not document the sign of a credit's quantities.
NORCE_CREDIT_SIGN = env.int("NORCE_CREDIT_SIGN", default=1)
NORCE_CUSTOMERS_BY_APPLICATION = env.bool("NORCE_CUSTOMERS_BY_APPLICATION", default=False)
NORCE_JOB_PREFIX = env.str("NORCE_JOB_PREFIX", default="")
NORCE_QUERY_VERSION = env.str("NORCE_QUERY_VERSION", default="2.0")
NORCE_RECEIVER_CREDENTIALS = env.list("NORCE_RECEIVER_CREDENTIALS", default=[])
NORCE_EVENT_TOKENS = env.list("NORCE_EVENT_TOKENS", default=[])

if urlsplit(NORCE_BASE_URL).hostname in LOOPBACK_HOSTS:
    # The sandbox speaks plain HTTP on this machine; oauthlib refuses that unless told.
    os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")

# ---------------------------------------------------------------- ERP connections by name
ERP_URLS = {
    name.removeprefix("ERP_URL_").lower() if name != "ERP_URL" else "default": url
    for name, url in os.environ.items()
    if (name == "ERP_URL" or name.startswith("ERP_URL_")) and url
}

# ---------------------------------------------------------------- REST
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Norce hub",
    "DESCRIPTION": "What the hub answers to Norce, the shop and the platform.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["orders.schema.without_slash", "orders.schema.add_receiver"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
}
ORDER_BODY_LIMIT = 2 * 1024 * 1024
EVENT_BODY_LIMIT = 64 * 1024
# An ERP tells of many changes in one call, Business Central of a thousand from each of several subscriptions.
ERP_EVENT_BODY_LIMIT = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = ORDER_BODY_LIMIT
# A buyer who looks at their orders again and again asks the ERP once in so long; 0 asks it always.
HISTORY_CACHE_SECONDS = env.int("HISTORY_CACHE_SECONDS", default=30)
# For each API client; 0 means no limit.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)

# ---------------------------------------------------------------- logging
LOGGING = logging_settings(level=env.str("LOG_LEVEL", default="INFO"))
