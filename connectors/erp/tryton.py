"""Adapter to Tryton 8.0 over its JSON-RPC: ``tryton+http://user:password@host:port/database``, or tryton+https.

Tryton needs the modules sale, sale_shipment_cost, stock_package_shipping, account_invoice_stock and web_shop, one web
shop (of several, the one that ``?shop=`` names), and a user with the groups Sales, Stock and Accounting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from connectors.erp.base import (
    ErpOrder,
    ErpOrderNews,
    ErpOrderRef,
    ErpParty,
    ErpTotals,
    HistoryPage,
    NewsPage,
    PartyKind,
    PartyPage,
)
from connectors.erp.tryton_cancelling import cancel
from connectors.erp.tryton_documents import TrytonDocuments
from connectors.erp.tryton_lists import TrytonLists
from connectors.erp.tryton_orders import TrytonOrders
from connectors.erp.tryton_parties import TrytonParties
from connectors.erp.tryton_rpc import TrytonRpc
from connectors.erp.tryton_shop import Shop, shop_of
from connectors.errors import ConfigError
from connectors.http import Http


@dataclass(kw_only=True)
class TrytonErp:
    """One shop of one Tryton database; ``shop_name`` is empty where there is only one."""

    rpc: TrytonRpc
    shop_name: str = ""
    _shop: Shop | None = None

    @property
    def shop(self) -> Shop:
        """Return the web shop whose orders are ours, asked for once; its company goes with every further call."""
        if self._shop is None:
            self._shop = shop_of(self.rpc, self.shop_name)
            self.rpc.context["company"] = self._shop.company
        return self._shop

    def ping(self) -> str:
        """Return Tryton's series and the name of the web shop; raise when there is no session or no shop."""
        return f"Tryton {self.rpc.version()}, web shop {self.shop.name}"

    def find_parties(
        self,
        kind: PartyKind,
        *,
        code: str = "",
        email: str = "",
        organisation_no: str = "",
        vat_no: str = "",
    ) -> list[ErpParty]:
        """Search the register; Tryton keeps nobody's identifiers single, so several may come."""
        wanted = {"code": code, "email": email, "organisation_no": organisation_no, "vat_no": vat_no}
        return self._parties().find(kind, wanted)

    def list_parties(
        self, kind: PartyKind, *, since: datetime | None = None, after: str = "", limit: int = 1000
    ) -> PartyPage:
        """Read a page of the register by id, everybody's: Tryton tells neither people from companies nor buyers from
        suppliers."""
        return self._parties().page(since, after, limit)

    def create_party(self, party: ErpParty) -> str:
        """Create a party; its code comes from Tryton's sequence."""
        return self._parties().create(party)

    def update_party(self, code: str, party: ErpParty, fields: frozenset[str]) -> None:
        """Write name, contacts, numbers and addresses; attributes that Tryton does not keep are left out."""
        self._parties().update(code, party, fields)

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Search by web shop and web id, which Tryton keeps single; a draft or quotation is half made, so None."""
        return self._orders().find(reference)

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create, quote and confirm a sale, from whichever of these an earlier try has left it at."""
        return self._orders().create(order)

    def withdraw_order(self, reference: str) -> None:
        """Delete a draft or quotation."""
        self._orders().withdraw(reference)

    def cancel_order(self, number: str, reason: str) -> None:
        """Cancel the sale, or what it has made: shipments and drafts of invoices."""
        cancel(self.rpc, self.shop, number, reason)

    def list_news(self, *, since: datetime, after: str = "", limit: int = 100) -> NewsPage:
        """Read a page of the shop's sales by id."""
        return TrytonDocuments(rpc=self.rpc, shop=self.shop).page(since, after, limit)

    def order_news(self, number: str) -> ErpOrderNews | None:
        """Read one sale of the shop."""
        return TrytonDocuments(rpc=self.rpc, shop=self.shop).one(number)

    def list_orders(self, customer_code: str, *, after: str = "", limit: int = 20) -> HistoryPage:
        """Read a page of a party's sales of all channels, the latest first."""
        return TrytonLists(rpc=self.rpc, shop=self.shop).history(customer_code, after, limit)

    def totals(self, since: datetime, until: datetime, prefix: str) -> ErpTotals:
        """Count the shop's sales of a span, drafts too."""
        return TrytonLists(rpc=self.rpc, shop=self.shop).totals(since, until, prefix)

    def _parties(self) -> TrytonParties:
        return TrytonParties(own=self.shop.own_party, rpc=self.rpc)

    def _orders(self) -> TrytonOrders:
        return TrytonOrders(shop=self.shop, rpc=self.rpc)


def connect(url: str, http: Http) -> TrytonErp:
    """Return the adapter for a connection URL; ``http`` comes with the hub's hooks and gets its address here.

    Raises ConfigError for an address without user, password or database.
    """
    parts = urlsplit(url.removeprefix("tryton+"))
    database = parts.path.strip("/")
    if not (parts.hostname and parts.username and parts.password and database):
        raise ConfigError("tryton_address")
    host = parts.netloc.rpartition("@")[2]
    port = "" if parts.port or parts.scheme == "https" else ":8000"
    http.base_url = f"{parts.scheme}://{host}{port}"
    user, password = unquote(parts.username), unquote(parts.password)
    rpc = TrytonRpc(http=http, database=database, user=user, password=password)
    return TrytonErp(rpc=rpc, shop_name=parse_qs(parts.query).get("shop", [""])[0])
