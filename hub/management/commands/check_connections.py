"""Ask every outside system whether it can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings

from connectors.errors import HubError
from hub import gateways, query_names
from hub.management.base import Row, TableCommand


class Command(TableCommand):
    """Prints one row for Norce Connect, Norce Query and each ERP connection, and whether the tenant's Query has every
    name that the hub reads; exits 2 when one cannot be used or a name is missing.
    """

    help = "Check the connections to Norce and to every ERP."

    def rows(self, **options: Any) -> Sequence[Row]:
        """Make one harmless call to each system."""
        connect, query = _row("norce connect", _connect), _row("norce query", _query)
        # A Query that cannot be asked would say so once more for each of its namespaces.
        names = query_names.check_names(gateways.norce_query()) if query["ok"] else ()
        erps = [_row(f"erp {name}", partial(_erp, name)) for name in settings.ERP_URLS]
        return [connect, query, *names, *erps]


def _connect() -> str:
    gateways.norce_connect().ping()
    return "up"


def _query() -> str:
    return f"{len(gateways.norce_query().applications())} applications"


def _erp(name: str) -> str:
    return gateways.erp(name).ping()


def _row(name: str, check: Callable[[], str]) -> Row:
    try:
        return {"system": name, "ok": True, "answer": check()}
    except HubError as error:
        return {"system": name, "ok": False, "answer": str(error)}
