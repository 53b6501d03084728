"""A clerk who works in Tryton: over the same JSON-RPC as its own client, by the buttons and wizards that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from connectors.erp.tryton_rpc import Row, TrytonRpc
from connectors.http import Http
from tests.tryton.server import Server

SHIPMENT, INVOICE = "stock.shipment.out", "account.invoice"


@cache
def clerk_of(server: Server) -> TrytonClerk:
    """Return the clerk of a server, whose session serves all tests: each new one takes Tryton a third of a second."""
    return TrytonClerk(server)


class TrytonClerk:
    """Delivers, invoices, credits and cancels the sales of a server."""

    def __init__(self, server: Server) -> None:
        http = Http(system="clerk", base_url=server.address)
        self.rpc = TrytonRpc(http=http, database=server.database, user="hub", password=server.password)
        self.rpc.context["company"] = 1

    def find(self, model: str, domain: Sequence[Any], *fields: str) -> list[Row]:
        """Return records, inactive ones too."""
        return self.rpc.search("look", model, domain, fields, inactive=True)

    def do(self, model: str, method: str, *params: Any) -> Any:
        """Press a button or write."""
        return self.rpc.write("work", model, method, *params)

    def sale(self, number: str, *fields: str) -> Row:
        """Return a sale by its number."""
        [found] = self.find("sale.sale", [["number", "=", number]], *fields)
        return found

    def ship(self, number: str, rows: Mapping[int, Decimal] | None = None, parcels: Sequence[str] = ()) -> None:
        """Deliver quantities by line (sequence), or all; what is not delivered stays in a second shipment."""
        waiting = [["id", "in", self.sale(number, "shipments")["shipments"]], ["state", "=", "waiting"]]
        [shipment] = self.find(SHIPMENT, waiting, "state")
        self.do(SHIPMENT, "assign_try", [shipment["id"]])
        self.do(SHIPMENT, "pick", [shipment["id"]])
        moves = self._chosen(shipment["id"], rows)
        for parcel in parcels:
            self._pack(shipment["id"], moves, parcel)
        self.do(SHIPMENT, "pack", [shipment["id"]])
        self.do(SHIPMENT, "do", [shipment["id"]])

    def invoice(self, number: str) -> None:
        """Post every draft of an invoice that the sale has."""
        drafts = [["id", "in", self.sale(number, "invoices")["invoices"]], ["state", "=", "draft"]]
        for invoice in self.find(INVOICE, drafts):
            self.do(INVOICE, "post", [invoice["id"]])

    def credit(self, number: str, place: int = -1, *, with_refund: bool = False) -> None:
        """Post a credit note of an invoice of the sale by the wizard, of the last one if not told otherwise.

        With refund, Tryton posts it at once and cancels the invoice.
        """
        invoices = self.find(INVOICE, [["id", "in", self.sale(number, "invoices")["invoices"]]])
        [made] = self._credit_note(invoices[place]["id"], with_refund)
        if not with_refund:
            self.do(INVOICE, "write", [made], {"invoice_date": date.today()})
            self.do(INVOICE, "post", [made])

    def take_back(self, number: str) -> None:
        """Take all goods of a sale back by a return sale, and post its credit note."""
        made = self._wizard("sale.return_sale", "sale.sale", self.sale(number)["id"], "start", "return_", {})
        [back] = made["actions"][0][1]["res_id"]
        self.do("sale.sale", "quote", [back])
        self.do("sale.sale", "confirm", [back])
        [sale] = self.find("sale.sale", [["id", "=", back]], "shipment_returns", "number")
        for step in ("receive", "do"):
            self.do("stock.shipment.out.return", step, sale["shipment_returns"])
        self.invoice(sale["number"])

    def cancel(self, number: str) -> None:
        """Cancel the shipment and say that it shall not be made again; drafts of invoices as well."""
        sale = self.sale(number, "shipments", "invoices")
        self.do(SHIPMENT, "cancel", sale["shipments"])
        moves = [one["id"] for one in self.find("stock.move", [["origin.sale.id", "=", sale["id"], "sale.line"]])]
        answer = {"domain_moves": moves, "ignore_moves": moves, "recreate_moves": []}
        self._wizard("sale.handle.shipment.exception", "sale.sale", sale["id"], "ask", "handle", answer)
        if sale["invoices"]:
            self.do(INVOICE, "cancel", sale["invoices"])
            answer = {f"{name}_invoices": sale["invoices"] for name in ("domain", "ignore")}
            answer["recreate_invoices"] = []
            self._wizard("sale.handle.invoice.exception", "sale.sale", sale["id"], "ask", "handle", answer)

    def _chosen(self, shipment: int, rows: Mapping[int, Decimal] | None) -> list[int]:
        """Lower the quantities of what shall leave; return the moves that do."""
        domain = [["shipment", "=", f"{SHIPMENT},{shipment}"], ["to_location.type", "=", "customer"]]
        moves = self.find("stock.move", domain, "origin", "quantity")
        places = {f"sale.line,{one['id']}": one["sequence"] for one in self._lines(moves)}
        kept = []
        for move in moves:
            wanted = rows.get(places[move["origin"]], Decimal(0)) if rows is not None else move["quantity"]
            self.do("stock.move", "write", [move["id"]], {"quantity": float(wanted)})
            kept += [move["id"]] if wanted else []
        return kept

    def _lines(self, moves: Sequence[Row]) -> list[Row]:
        numbers = [int(move["origin"].partition(",")[2]) for move in moves]
        return self.find("sale.line", [["id", "in", numbers]], "sequence")

    def _pack(self, shipment: int, moves: Sequence[int], parcel: str) -> None:
        [kind, *_] = self.find("stock.package.type", [])
        package = {"company": 1, "type": kind["id"], "shipment": f"{SHIPMENT},{shipment}", "shipping_reference": parcel}
        self.do("stock.package", "create", [{**package, "moves": [["add", list(moves)]]}])

    def _credit_note(self, invoice: int, with_refund: bool) -> list[int]:
        values = {"with_refund": with_refund, "with_refund_allowed": True, "invoice_date": date.today()}
        made = self._wizard("account.invoice.credit", INVOICE, invoice, "start", "credit", values)
        numbers: list[int] = made["actions"][0][1]["res_id"]
        return numbers

    def _wizard(self, name: str, model: str, number: int, state: str, button: str, values: Row) -> Any:
        return self.rpc.wizard("work", name, (model, number), {state: values}, button)
