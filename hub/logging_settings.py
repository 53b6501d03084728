"""How the hub logs: one line of key=value for each event, structlog's and other libraries' alike."""

from __future__ import annotations

from typing import Any

import structlog

CONTEXT = (
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
)
LEVELS = {
    # These log tokens and whole bodies at DEBUG, whatever the root level says.
    "requests_oauthlib": "INFO",
    "oauthlib": "INFO",
    "urllib3": "INFO",
    "django_structlog": "WARNING",
    "django-q": "WARNING",
}


def logging_settings(level: str) -> dict[str, Any]:
    """Configure structlog, and return Django's LOGGING for the root level ``level``, with one handler: stderr."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            *CONTEXT,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processor": structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
        "foreign_pre_chain": CONTEXT,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": least} for name, least in LEVELS.items()},
    }
