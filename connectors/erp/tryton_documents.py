"""What Tryton has made of our sales: read in few calls for a whole page, however many sales it has.

A delivery is a shipment that has left; an invoice and a credit note are posted invoices. Tryton makes credit notes in
two ways: of an invoice (its rows point at the invoice's, which is cancelled at once where the buyer is to get all of it
back) and of a sale in which goods come back (its sale points at ours).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.erp.base import ErpOrderNews, NewsPage
from connectors.erp.reading import reading, reading_each
from connectors.erp.tryton_news import Page, news
from connectors.erp.tryton_rpc import Domain, Row, TrytonRpc
from connectors.erp.tryton_shop import Shop

SALE = "sale.sale"
SALE_FIELDS = (
    *("number", "web_id", "state", "shipment_state", "invoice_state", "party.code", "currency.code"),
    *("shipments", "invoices"),
    *(f"lines.{name}" for name in ("type", "sequence", "quantity", "unit_price", "description", "taxes.rate")),
    *("lines.product.code", "lines.product.type", "lines.moves_ignored.quantity"),
)
RETURN_FIELDS = ("origin", "invoices", "lines.sequence")
SHIPMENT_FIELDS = (
    *("number", "effective_date", "shipping_reference", "root_packages.shipping_reference", "carrier.party.name"),
    *("outgoing_moves.quantity", "outgoing_moves.origin", "outgoing_moves.state"),
    *(f"delivery_address.{name}" for name in ("party_name", "attn", "street", "postal_code", "city")),
    *("delivery_address.country.code", "delivery_address.subdivision.name"),
)
INVOICE_FIELDS = (
    *("number", "state", "invoice_date", "total_amount", "currency.code", "lines_to_pay.maturity_date"),
    *("origin_invoices", "sales"),
    *(f"lines.{name}" for name in ("type", "quantity", "unit_price", "description", "origin", "taxes.rate")),
    "lines.product.code",
)
# A sale that is no draft any more; one that was cancelled as a draft has no number.
OURS: Domain = (["web_id", "!=", None], ["number", "!=", None], ["state", "not in", ["draft", "quotation"]])


@dataclass(kw_only=True)
class TrytonDocuments:
    """The sales of one web shop with their documents."""

    rpc: TrytonRpc
    shop: Shop

    def page(self, since: datetime, after: str, limit: int) -> NewsPage:
        """Return one page by id of the sales that have changed, or whose shipments, parcels or invoices have."""
        credited = ["id", "in", self._credited(since)]
        domain = [*OURS, ["id", ">", int(after or 0)], ["OR", *_changed(since), credited]]
        rows = self._sales(domain, limit + 1)
        following = str(rows[limit - 1]["id"]) if len(rows) > limit else ""
        shown = rows[:limit]
        found = reading(self._page_of, shown)
        orders, unreadable = reading_each(lambda sale: news(sale, found), shown, lambda sale: str(sale["number"]))
        return NewsPage(orders=orders, next=following, unreadable=unreadable)

    def one(self, number: str) -> ErpOrderNews | None:
        """Return one sale with its documents, None when the shop has none of that number."""
        rows = self._sales([["number", "=", number]], 1)
        return reading(lambda sales: news(sales[0], self._page_of(sales)), rows) if rows else None

    def _sales(self, domain: Domain, limit: int) -> list[Row]:
        whole = [["web_shop", "=", self.shop.number], *domain]
        return self.rpc.search("read orders", SALE, whole, SALE_FIELDS, limit=limit)

    def _page_of(self, sales: Sequence[Row]) -> Page:
        if not sales:
            return Page.of((), (), (), ())
        origins = [f"{SALE},{sale['id']}" for sale in sales]
        returns = self.rpc.search("read returns", SALE, [["origin", "in", origins]], RETURN_FIELDS)
        shipped = [["id", "in", _ids(sales, "shipments")], ["state", "in", ["shipped", "done"]]]
        shipments = self.rpc.search("read deliveries", "stock.shipment.out", shipped, SHIPMENT_FIELDS)
        return Page.of(sales, returns, shipments, self._invoices([*sales, *returns]))

    def _invoices(self, sales: Sequence[Row]) -> list[Row]:
        numbers = _ids(sales, "invoices")
        ours = ["OR", ["id", "in", numbers], ["origin_invoices.id", "in", numbers]]
        domain = [["type", "=", "out"], ["state", "in", ["posted", "paid", "cancelled"]], ["number", "!=", None], ours]
        return _standing(self.rpc.search("read invoices", "account.invoice", domain, INVOICE_FIELDS))

    def _credited(self, since: datetime) -> list[int]:
        """Return the sales of which a credit note has changed: those notes touch neither the sale nor its invoices."""
        posted = [["type", "=", "out"], ["state", "in", ["posted", "paid"]]]
        changed = [*posted, ["total_amount_cache", "<", 0], ["write_date", ">=", since]]
        fields = ("origin_invoices.sales", "sales.origin")
        rows = self.rpc.search("read credit notes", "account.invoice", changed, fields)
        of_invoices = {sale for row in rows for one in row["origin_invoices."] for sale in one["sales"]}
        of_returns = {str(one["origin"] or "") for row in rows for one in row["sales."]}
        return sorted(of_invoices | {int(one.partition(",")[2]) for one in of_returns if one.startswith(f"{SALE},")})


def _standing(invoices: Sequence[Row]) -> list[Row]:
    """Return the posted ones, and of the cancelled ones those that a posted credit note names."""
    credited = {number for one in invoices if one["state"] != "cancelled" for number in one["origin_invoices"]}
    return [one for one in invoices if one["state"] != "cancelled" or one["id"] in credited]


def _ids(rows: Iterable[Row], name: str) -> list[int]:
    return sorted({number for row in rows for number in row[name]})


def _changed(since: datetime) -> list[Any]:
    """Return what of a sale, its shipments, parcels and invoices may have changed, one of which is enough."""
    moments = [f"{name}_date" for name in ("write", "create")]
    own = [[moment, ">=", since] for moment in moments]
    of_shipments = [[f"shipments.{path}write_date", ">=", since] for path in ("", "root_packages.")]
    return [*own, *of_shipments, ["invoices.write_date", ">=", since]]
