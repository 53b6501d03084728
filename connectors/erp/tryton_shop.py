"""The web shop in Tryton whose sales are ours."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.erp.tryton_rpc import TrytonRpc
from connectors.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A web shop by Tryton's ids; ``own_party`` is the party of its company."""

    number: int
    name: str
    company: int
    own_party: int


def shop_of(rpc: TrytonRpc, name: str) -> Shop:
    """Return the web shop of that name, or the only one; raise ConfigError when that is not one."""
    rows = rpc.known("find web shop", "web.shop", [["name", "=", name]] if name else [], ["name", "company.party"])
    if len(rows) != 1:
        found = ", ".join(str(row["name"]) for row in rows) or "none"
        raise ConfigError("tryton_shop", found=found)
    [row] = rows
    company = row["company."]
    return Shop(number=row["id"], name=row["name"], company=company["id"], own_party=company["party"])
