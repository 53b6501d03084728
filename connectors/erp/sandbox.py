"""Adapter to the sandbox ERP: the plain REST example to copy for a real one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import simplejson

from connectors.erp.base import ErpAddress, ErpOrder, ErpOrderRef, ErpParty, PartyKind
from connectors.errors import PermanentError
from connectors.http import Http


@dataclass(kw_only=True)
class SandboxErp:
    """The ERP at ``sandbox+http://[user:password@]host:port/erp``."""

    http: Http

    def ping(self) -> str:
        """Return the ERP's name."""
        return str(self.http.get("ping", "ping").json()["name"])

    def find_parties(
        self,
        kind: PartyKind,
        *,
        code: str = "",
        email: str = "",
        organisation_no: str = "",
        vat_no: str = "",
    ) -> list[ErpParty]:
        """Search the customer register; the sandbox compares as the protocol asks."""
        wanted = {"code": code, "email": email, "organisation_no": organisation_no, "vat_no": vat_no}
        params = {"kind": kind.value} | {name: value for name, value in wanted.items() if value}
        found = _member(self.http.get("find customers", "customers", params=params).json(), "customers")
        return [_party(row) for row in found]

    def create_party(self, party: ErpParty) -> str:
        """Create a customer; the sandbox accepts duplicates, as most ERPs do."""
        body = {name: value for name, value in asdict(party).items() if name != "code"}
        return str(_member(self._post("create customer", "customers", body), "code"))

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Search by our reference."""
        found = _member(self.http.get("find order", "orders", params={"reference": reference}).json(), "orders")
        if len(found) > 1:
            numbers = ", ".join(row["number"] for row in found)
            raise PermanentError(f"The ERP has {len(found)} orders with the reference {reference}: {numbers}.")
        return _order_ref(found[0]) if found else None

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create the order in one call."""
        return _order_ref(self._post("create order", "orders", asdict(order)))

    def _post(self, operation: str, path: str, body: dict[str, Any]) -> Any:
        encoded = simplejson.dumps(body, use_decimal=False, default=_text).encode()
        headers = {"Content-Type": "application/json"}
        return self.http.post(operation, path, headers=headers, body=encoded).json()


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _party(row: dict[str, Any]) -> ErpParty:
    known: dict[str, Any] = {name: row.get(name) or "" for name in ErpParty.__dataclass_fields__}
    address = ErpAddress(**{name: value or "" for name, value in (row.get("address") or {}).items()})
    return ErpParty(**known | {"kind": PartyKind(row["kind"]), "address": address})


def _order_ref(row: Any) -> ErpOrderRef:
    number, reference = str(_member(row, "number")), str(_member(row, "reference"))
    return ErpOrderRef(number=number, reference=reference, customer_code=row.get("customer_code") or "")


def _member(answer: Any, name: str) -> Any:
    """Return a member the answer must have; an empty number would be taken for an order that is not there."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if value in (None, ""):
        raise PermanentError(f"The ERP's answer has no {name}.", remedy="Look in the ERP what it made, then Retry.")
    return value


def connect(url: str, http: Http) -> SandboxErp:
    """Return the adapter for a connection URL; ``http`` comes with the hub's hooks and gets its address here."""
    parts = urlsplit(url.removeprefix("sandbox+"))
    http.base_url = f"{parts.scheme}://{parts.hostname}:{parts.port or 80}{parts.path}".rstrip("/")
    if parts.username:
        http.auth = (parts.username, parts.password or "")
    return SandboxErp(http=http)
