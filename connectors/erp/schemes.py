"""Which adapter speaks to which ERP: the scheme of a connection's URL chooses."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from connectors.erp import sandbox
from connectors.erp.base import Erp
from connectors.errors import ConfigError
from connectors.http import Http

ADAPTERS: dict[str, Callable[[str, Http], Erp]] = {
    "sandbox+http": sandbox.connect,
    "sandbox+https": sandbox.connect,
}


def connect(url: str, http: Http) -> Erp:
    """Return the ERP behind a connection URL (``ERP_URL``); raise ConfigError for a scheme nobody speaks."""
    scheme = urlsplit(url).scheme
    if scheme not in ADAPTERS:
        known = ", ".join(f"{name}://" for name in ADAPTERS)
        raise ConfigError(f"No ERP adapter for {scheme}://; there are {known}.")
    return ADAPTERS[scheme](url, http)
