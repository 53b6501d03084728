"""Which adapter speaks to which ERP: the scheme of a connection's URL chooses."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from connectors.erp import business_central, sandbox, tryton
from connectors.erp.base import Erp
from connectors.errors import ConfigError
from connectors.http import Http

ADAPTERS: dict[str, Callable[[str, Http], Erp]] = {
    "sandbox+http": sandbox.connect,
    "sandbox+https": sandbox.connect,
    "tryton+http": tryton.connect,
    "tryton+https": tryton.connect,
    "businesscentral": business_central.connect,
}


def connect(url: str, http: Http) -> Erp:
    """Return the ERP behind a connection URL (``ERP_URL``); raise ConfigError for a scheme nobody speaks."""
    scheme = urlsplit(url).scheme
    if scheme not in ADAPTERS:
        known = ", ".join(f"{name}://" for name in ADAPTERS)
        raise ConfigError("erp_unknown", scheme=scheme, known=known)
    return ADAPTERS[scheme](url, http)
