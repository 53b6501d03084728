"""Build the configured Norce and ERP clients, with the hub's record, lease and quota attached."""

from __future__ import annotations

import requests
from django.conf import settings

from connectors.erp import schemes
from connectors.erp.base import Erp, ErpLateWrites
from connectors.errors import ConfigError
from connectors.http import Http
from connectors.norce.api import NorceApi
from connectors.norce.auth import NorceToken
from connectors.norce.connect import NorceConnect
from connectors.norce.query import NorceQuery
from connectors.ratelimit import Quota
from hub import calls

# How long a shop's reader waits for an ERP: a web server has few threads, and orders come in through the same ones.
SHOP_PATIENCE = 10.0

# One connection pool for each process and system: a new TLS handshake costs more than a call.
_sessions: dict[str, requests.Session] = {}


def norce_quota() -> Quota:
    """Return the quota of Norce Connect: NORCE_REQUESTS_PER_MINUTE over all workers, 0 = no limit."""
    return Quota(name="norce-connect", per_minute=settings.NORCE_REQUESTS_PER_MINUTE)


def norce_connect() -> NorceConnect:
    """Return the client of Norce Connect; raise ConfigError naming the settings that are missing."""
    return NorceConnect(api=_norce_api("commerce/connect/4.0", norce_quota(), 0), job_prefix=settings.NORCE_JOB_PREFIX)


def norce_query(application_id: int | None = None) -> NorceQuery:
    """Return the client of Norce Query in the context of one application (default NORCE_APPLICATION_ID).

    Query has a quota of its own that Norce does not publish; its 429 is honoured.
    """
    number = application_id or settings.NORCE_APPLICATION_ID
    if not number:
        raise ConfigError("query_application")
    quota = Quota(name="norce-query", per_minute=0)
    version = settings.NORCE_QUERY_VERSION
    return NorceQuery(api=_norce_api(f"commerce/query/{version}", quota, number), version=version)


def erp(connection: str) -> Erp:
    """Return the ERP of a connection's name; raise ConfigError when its URL is not set."""
    return schemes.connect(_erp_url(connection), _http(erp_system(connection), ""))


def erp_for_shop(connection: str) -> Erp:
    """Return the ERP for a read while somebody waits: with less patience, and under a name of its own.

    What is too slow for the shop is left alone for the shop only (`hub.calls`); orders go on to the ERP.
    Raises ConfigError when its URL is not set.
    """
    http = _http(shop_system(connection), "", pool=erp_system(connection))
    http.patience = SHOP_PATIENCE
    return schemes.connect(_erp_url(connection), http)


def write_seconds(system: str) -> float:
    """Return for how long an ERP may still carry a write out after it was sent, 0 for one that does so at once.

    ``system`` is that of a piece of work; whoever is no ERP, or one that is not set up, writes nothing late.
    """
    kind, _, connection = system.partition(":")
    try:
        adapter = erp(connection) if kind == "erp" else None
    except ConfigError:
        return 0.0
    return adapter.write_seconds if isinstance(adapter, ErpLateWrites) else 0.0


def _erp_url(connection: str) -> str:
    url = settings.ERP_URLS.get(connection.lower())
    if not url:
        variable = "ERP_URL" if connection == "default" else f"ERP_URL_{connection.upper()}"
        raise ConfigError("erp_address_missing", connection=connection, setting=variable)
    return str(url)


def erp_system(connection: str) -> str:
    """Return the name of a connection as work, calls and quotas know it: ``erp:default``."""
    return f"erp:{connection}"[:40]


def shop_system(connection: str) -> str:
    """Return the name under which the shop's reads of a connection are known: ``erp:shop:default``."""
    return f"erp:shop:{connection}"[:40]


def forget_sessions() -> None:
    """Close all connections (tests, and a process that has forked)."""
    _sessions.clear()


def session(system: str) -> requests.Session:
    """Return this process's HTTP session to a system; tests mount their other end on it."""
    return _sessions.setdefault(system, requests.Session())


def _norce_api(path: str, quota: Quota, application_id: int) -> NorceApi:
    wanted = ("NORCE_BASE_URL", "NORCE_CLIENT_ID", "NORCE_CLIENT_SECRET", "NORCE_SCOPE")
    missing = [name for name in wanted if not getattr(settings, name)]
    if missing:
        raise ConfigError("norce_not_set_up", settings=", ".join(missing))
    token = NorceToken(
        http=_http("norce", settings.NORCE_BASE_URL),
        client_id=settings.NORCE_CLIENT_ID,
        client_secret=settings.NORCE_CLIENT_SECRET,
        scope=settings.NORCE_SCOPE,
    )
    http = _http("norce", f"{settings.NORCE_BASE_URL}/{path}")
    return NorceApi(http=http, token=token, quota=quota, application_id=application_id)


def _http(system: str, base_url: str, *, pool: str = "") -> Http:
    return Http(
        system=system,
        base_url=base_url,
        before=calls.before_call,
        record=calls.record,
        session=session(pool or system),
    )
