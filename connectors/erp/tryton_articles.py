"""The rows of an order as Tryton's sale lines: products by code, taxes by rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.erp.base import ErpOrderLine
from connectors.erp.tryton_rpc import Row, TrytonRpc
from connectors.errors import MappingError, PermanentError

# The digits of a price in Tryton, unless its set-up says otherwise.
PRICE = Decimal("0.0001")


@dataclass(kw_only=True)
class TrytonArticles:
    """Products and sales taxes of one company."""

    rpc: TrytonRpc
    company: int

    def lines(self, rows: Sequence[ErpOrderLine]) -> list[dict[str, Any]]:
        """Return the sale lines of an order's rows.

        The row's number is the line's sequence. An article that the ERP need not know (``known`` False) becomes a
        line without product, which Tryton invoices at once and never ships; its number stands before its text.
        Raises PermanentError naming the articles that are not there, MappingError for a tax rate or a unit that is not.
        """
        products = self._products({row.part_no for row in rows if row.known})
        wanted = {row.part_no for row in rows if row.known} - products.keys()
        if wanted:
            raise PermanentError("tryton_no_product", articles=", ".join(sorted(wanted)))
        return [self._line(row, products.get(row.part_no)) for row in rows]

    def _products(self, codes: Iterable[str]) -> dict[str, Row]:
        domain = [["code", "in", sorted(codes)], ["salable", "=", True]]
        fields = ["code", "sale_uom", "sale_uom.category", "account_category.customer_taxes.rate"]
        rows = self.rpc.search("find products", "product.product", domain, fields, order=("id", "DESC"))
        return {row["code"]: row for row in rows}

    def _line(self, row: ErpOrderLine, product: Row | None) -> dict[str, Any]:
        return {
            "type": "line",
            "sequence": row.line_no,
            "product": product["id"] if product else None,
            "unit": self._unit(row, product) if product else None,
            "quantity": float(row.quantity),
            "unit_price": row.unit_price.quantize(PRICE),
            "description": row.description if product else f"[{row.part_no}] {row.description}",
            "note": row.comment,
            "taxes": [["add", self._taxes(row, product)]],
        }

    def _unit(self, row: ErpOrderLine, product: Row) -> int:
        """Return the unit of the row's name or symbol if the product can be sold by it; its own for a row without."""
        if not row.unit:
            return int(product["sale_uom"])
        called = ["OR", ["name", "=", row.unit], ["symbol", "=", row.unit]]
        units = self.rpc.known("find unit", "product.uom", called, ["category"])
        fitting = [one["id"] for one in units if one["category"] == product["sale_uom."]["category"]]
        if not fitting:
            raise MappingError("tryton_no_unit", article=row.part_no, kind="unit", value=row.unit)
        return int(fitting[0])

    def _taxes(self, row: ErpOrderLine, product: Row | None) -> list[int]:
        """Return the product's own taxes where they come to the row's rate, else the oldest sales tax of that rate."""
        category = (product or {}).get("account_category.") or {}
        own = category.get("customer_taxes.") or ()
        if own and row.vat_rate == 100 * sum(tax["rate"] or 0 for tax in own):
            return [tax["id"] for tax in own]
        if not row.vat_rate:
            return []
        found = self._taxes_of(row.vat_rate / 100)
        if not found:
            rate = f"{row.vat_rate.normalize():f}"
            raise MappingError("tryton_no_tax", rate=rate, row=row.line_no, kind="vat_rate", value=rate)
        return found[:1]

    def _taxes_of(self, rate: Decimal) -> list[int]:
        kinds = ["OR", ["group", "=", None], ["group.kind", "in", ["sale", "both"]]]
        whole = [["company", "=", self.company], ["type", "=", "percentage"], ["parent", "=", None], kinds]
        return [row["id"] for row in self.rpc.known("find tax", "account.tax", [*whole, ["rate", "=", rate]], [])]
