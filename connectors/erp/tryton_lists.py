"""Lists of Tryton's sales: what a buyer has ordered, and how many orders of ours there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connectors.erp.base import ErpOrderSummary, ErpTotals, HistoryPage
from connectors.erp.reading import reading
from connectors.erp.tryton_rpc import Row, TrytonRpc
from connectors.erp.tryton_shop import Shop
from connectors.erp.tryton_states import status

MODEL = "sale.sale"
FIELDS = (
    *("number", "web_id", "state", "shipment_state", "invoice_state", "create_date", "total_amount"),
    *("party.code", "currency.code"),
)
PAGE = 1000


@dataclass(kw_only=True)
class TrytonLists:
    """The sales of the company of a web shop."""

    rpc: TrytonRpc
    shop: Shop

    def history(self, customer_code: str, after: str, limit: int) -> HistoryPage:
        """Return one page of a party's sales with a number, those by phone too, returns left out, the latest first."""
        whose = [["party.code", "=", customer_code], ["company", "=", self.shop.company], ["number", "!=", None]]
        domain = [*whose, ["OR", ["origin", "=", None], ["origin", "not like", f"{MODEL},%"]]]
        behind = [["id", "<", int(after)]] if after else []
        order = ("id", "DESC")
        rows = self.rpc.search("list orders", MODEL, [*domain, *behind], FIELDS, order=order, limit=limit + 1)
        following = str(rows[limit - 1]["id"]) if len(rows) > limit else ""
        shown = reading(lambda sales: tuple(map(_summary, sales)), rows[:limit])
        return HistoryPage(orders=shown, next=following)

    def totals(self, since: datetime, until: datetime, prefix: str) -> ErpTotals:
        """Return the count and sums of the shop's sales of a span whose web id begins with ``prefix``."""
        span = [["create_date", ">=", since], ["create_date", "<", until]]
        domain = [["web_shop", "=", self.shop.number], ["web_id", "like", f"{prefix}%"], *span]
        count, sums, after = 0, dict[str, Decimal](), 0
        while True:
            fields = ("web_id", "total_amount", "currency.code")
            rows = self.rpc.search("totals", MODEL, [*domain, ["id", ">", after]], fields, limit=PAGE)
            # In a search, an underscore stands for any sign.
            for row in (row for row in rows if row["web_id"].startswith(prefix)):
                currency = row["currency."]["code"]
                sums[currency] = sums.get(currency, Decimal(0)) + row["total_amount"]
                count += 1
            if len(rows) < PAGE:
                return ErpTotals(count=count, sums=tuple(sorted(sums.items())))
            after = rows[-1]["id"]


def _summary(sale: Row) -> ErpOrderSummary:
    return ErpOrderSummary(
        number=sale["number"],
        reference=sale["web_id"] or "",
        customer_code=sale["party."]["code"],
        status=status(sale),
        ordered_at=sale["create_date"],
        currency=sale["currency."]["code"],
        total=sale["total_amount"],
    )
