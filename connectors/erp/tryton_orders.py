"""Our orders as Tryton's sales: looked up by web shop and web id, which it keeps single, and brought to confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.erp import tryton_addresses as addresses
from connectors.erp.base import ErpAddress, ErpOrder, ErpOrderRef
from connectors.erp.tryton_articles import TrytonArticles
from connectors.erp.tryton_errors import Refused
from connectors.erp.tryton_rpc import Row, TrytonRpc
from connectors.erp.tryton_shop import Shop
from connectors.errors import PermanentError, TransientError

MODEL = "sale.sale"
CENT = Decimal("0.01")
# What rounding may add to a sale; more than that means that its taxes or prices are not the order's.
ROUNDING = Decimal(1)
ROUNDING_PLACE = 1_000_000
HALF_MADE = ("draft", "quotation")


@dataclass(kw_only=True)
class TrytonOrders:
    """The sales of one web shop."""

    rpc: TrytonRpc
    shop: Shop

    def find(self, reference: str) -> ErpOrderRef | None:
        """Return a finished sale, None for one that is not there or half made.

        Raises PermanentError for one that somebody cancelled before it had a number.
        """
        sale = self._sale(reference)
        if sale is None or sale["state"] in HALF_MADE:
            return None
        return _ref(sale)

    def create(self, order: ErpOrder) -> ErpOrderRef:
        """Bring the order from wherever it is to confirmed: draft, its sum, quotation, confirmation.

        What is half made already is written anew, because the order may have been corrected since. Of two workers
        at once one gets TransientError: Tryton refuses the second web id.
        """
        sale = self._sale(order.reference)
        if sale is None or sale["state"] in HALF_MADE:
            number = self._draft(order, sale)
            self._meet(order, number)
            self.rpc.write("quote order", MODEL, "quote", [number])
            self.rpc.write("confirm order", MODEL, "confirm", [number])
            sale = self._sale(order.reference)
        if sale is None:
            raise PermanentError("tryton_order_lost", order=order.reference)
        return _ref(sale)

    def withdraw(self, reference: str) -> None:
        """Delete the sale that `create` has left half made, so that nobody confirms it."""
        sale = self._sale(reference)
        if sale and sale["state"] in HALF_MADE:
            self._reopen(sale)
            self.rpc.write("withdraw order", MODEL, "delete", [sale["id"]])

    def _sale(self, reference: str) -> Row | None:
        domain = [["web_shop", "=", self.shop.number], ["web_id", "=", reference]]
        found = self.rpc.search("find order", MODEL, domain, ["number", "web_id", "state", "party.code", "lines"])
        return found[0] if found else None

    def _draft(self, order: ErpOrder, sale: Row | None) -> int:
        values = self._values(order)
        if sale is not None:
            self._reopen(sale)
            old = [["delete", sale["lines"]]] if sale["lines"] else []
            self.rpc.write("change order", MODEL, "write", [sale["id"]], values | {"lines": [*old, *values["lines"]]})
            return int(sale["id"])
        key = {"web_shop": self.shop.number, "web_id": order.reference, "company": self.shop.company}
        try:
            [number] = self.rpc.write("create order", MODEL, "create", [values | key])
        except Refused as error:
            if self._sale(order.reference) is None:
                raise
            raise TransientError("tryton_order_made", order=order.reference) from error
        return int(number)

    def _reopen(self, sale: Row) -> None:
        if sale["state"] == "quotation":
            self.rpc.write("reopen order", MODEL, "draft", [sale["id"]])

    def _meet(self, order: ErpOrder, number: int) -> None:
        """Make the sale come to what the buyer pays by a row without article and tax; raise PermanentError for more."""
        [sale] = self.rpc.read("read sum", MODEL, "read", [number], ["total_amount"])
        missing = order.total.quantize(CENT) - sale["total_amount"]
        if abs(missing) > ROUNDING:
            raise PermanentError(
                "tryton_total", made=f"{sale['total_amount']:.2f}", currency=order.currency, paid=f"{order.total:.2f}"
            )
        if missing:
            row = {"type": "line", "sequence": ROUNDING_PLACE, "quantity": 1.0, "unit_price": missing}
            lines = [["create", [row | {"description": "Rounding"}]]]
            self.rpc.write("round order", MODEL, "write", [number], {"lines": lines})

    def _values(self, order: ErpOrder) -> dict[str, Any]:
        party = self._party(order.customer_code)
        articles = TrytonArticles(rpc=self.rpc, company=self.shop.company)
        lines = articles.lines(order.lines)
        currency, carrier = self._currency(order.currency), self._carrier(order.delivery_method)
        bill_to, ship_to = self._addresses(party, order)
        return {
            "party": party["id"],
            "invoice_address": bill_to,
            "shipment_address": ship_to,
            "currency": currency,
            "carrier": carrier,
            # With a method, Tryton would add freight of its own to the one that the order has.
            "shipment_cost_method": None,
            "reference": order.reference,
            "description": " ".join(filter(None, (order.buyer_reference, order.invoice_reference))),
            "comment": remarks(order),
            "lines": [["create", lines]],
        }

    def _party(self, code: str) -> Row:
        fields = ["name", *(f"addresses.{name}" for name in addresses.FIELDS)]
        rows = self.rpc.search("read customer", "party.party", [["code", "=", code]], fields)
        if not rows:
            raise PermanentError("tryton_no_buyer", code=code)
        return rows[0]

    def _addresses(self, party: Row, order: ErpOrder) -> list[int | None]:
        """Return the ids of the order's two addresses; what the party has not is added, beside its register's own."""
        places = [order.bill_to, order.ship_to]
        known = {addresses.content(addresses.address(row), party["name"]): row["id"] for row in party["addresses."]}
        wanted = {addresses.content(place, party["name"]): place for place in places if addresses.is_any(place)}
        if missing := [place for content, place in wanted.items() if content not in known]:
            countries = addresses.country_ids(self.rpc, missing)
            rows = [{"party": party["id"], **addresses.values(one, countries, party["name"])} for one in missing]
            made = self.rpc.write("create addresses", addresses.MODEL, "create", rows)
            known |= zip((addresses.content(one, party["name"]) for one in missing), made, strict=True)
        main = next((row["id"] for row in party["addresses."]), None)
        return [self._address(place, known, party, main) for place in places]

    def _address(self, place: ErpAddress, known: dict[ErpAddress, int], party: Row, main: int | None) -> int | None:
        return known[addresses.content(place, party["name"])] if addresses.is_any(place) else main

    def _currency(self, code: str) -> int:
        rows = self.rpc.known("find currency", "currency.currency", [["code", "=", code]], ["code"])
        if not rows:
            raise PermanentError("tryton_no_currency", currency=code)
        return int(rows[0]["id"])

    def _carrier(self, method: str) -> int | None:
        """Return the carrier whose party has the delivery method as its code or name, None for no such one."""
        if not method:
            return None
        names = ["OR", ["party.code", "=", method], ["party.name", "=", method]]
        rows = self.rpc.known("find carrier", "carrier", names, [], absent=True)
        return int(rows[0]["id"]) if rows else None


def remarks(order: ErpOrder) -> str:
    """Return what Tryton has no field for, as the sale's comment, a line each."""
    payments = ", ".join(f"{one.method} {one.amount:.2f} {one.currency} {one.reference}" for one in order.payments)
    told = {
        "": order.comment,
        "Contact": ", ".join(filter(None, (order.contact_name, order.contact_email, order.contact_phone))),
        "Delivery": order.delivery_method,
        "Pick-up point": order.pickup_point,
        "Complete deliveries only": "yes" if order.ship_complete else "",
        "Sales contact": " ".join(filter(None, (order.sales_contact, order.sales_division))),
        "Payment": payments,
    }
    return "\n".join(f"{name}: {text}" if name else text for name, text in told.items() if text)


def _ref(sale: Row) -> ErpOrderRef:
    if not sale["number"]:
        raise PermanentError("tryton_order_unnumbered", order=sale["web_id"], id=sale["id"], state=sale["state"])
    party = sale["party."] or {}
    return ErpOrderRef(number=sale["number"], reference=sale["web_id"], customer_code=party.get("code") or "")
