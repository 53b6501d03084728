"""Cancel a sale in Tryton, also one that it has made shipments and invoices of.

A confirmed sale never becomes "cancelled": its shipments and drafts of invoices are cancelled, and Tryton's two
questions what shall become of them are answered with "ignore". The sale is then done, with nothing shipped or invoiced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.erp.tryton_rpc import Row, TrytonRpc
from connectors.erp.tryton_shop import Shop
from connectors.erp.tryton_states import is_cancelled
from connectors.errors import PermanentError

MODEL = "sale.sale"
SHIPMENT, INVOICE = "stock.shipment.out", "account.invoice"
FIELDS = (
    *("state", "shipment_state", "invoice_state", "invoices_ignored", "invoices_recreated"),
    *("shipments.state", "invoices.state"),
    *(f"lines.{name}" for name in ("moves_ignored", "moves_recreated", "moves.state")),
)


def cancel(rpc: TrytonRpc, shop: Shop, number: str, reason: str) -> None:
    """Cancel a sale from whatever state an earlier try has left it in; the reason becomes a note on it.

    Raises PermanentError when there is no such sale, or it is delivered or invoiced in part.
    """
    sale = _read(rpc, shop, number)
    if is_cancelled(sale):
        return
    if sale["state"] == "confirmed":
        rpc.write("take order back", MODEL, "draft", [sale["id"]])
    if sale["state"] in ("draft", "quotation", "confirmed"):
        rpc.write("cancel order", MODEL, "cancel", [sale["id"]])
    else:
        _cancel_documents(rpc, sale, number)
        _ignore(rpc, _read(rpc, shop, number))
    note = {"resource": f"{MODEL},{sale['id']}", "message": f"Cancelled in the shop: {reason}"}
    rpc.write("note the reason", "ir.note", "create", [note])


def _read(rpc: TrytonRpc, shop: Shop, number: str) -> Row:
    domain = [["web_shop", "=", shop.number], ["number", "=", number]]
    found = rpc.search("read order", MODEL, domain, FIELDS)
    if not found:
        raise PermanentError("tryton_no_order", number=number)
    return found[0]


def _cancel_documents(rpc: TrytonRpc, sale: Row, number: str) -> None:
    begun = [one for one in sale["shipments."] if one["state"] in ("shipped", "done")]
    posted = [one for one in sale["invoices."] if one["state"] in ("posted", "paid")]
    if begun or posted:
        raise PermanentError("tryton_delivered", number=number)
    for model, name in ((SHIPMENT, "shipments."), (INVOICE, "invoices.")):
        open_ones = [one["id"] for one in sale[name] if one["state"] != "cancelled"]
        if open_ones:
            rpc.write("cancel order", model, "cancel", open_ones)


def _ignore(rpc: TrytonRpc, sale: Row) -> None:
    """Answer that what was cancelled shall not be made again."""
    moves: list[int] = []
    for line in sale["lines."]:
        settled = {*line["moves_ignored"], *line["moves_recreated"]}
        moves += _unsettled(line["moves."], settled)
    invoices = _unsettled(sale["invoices."], {*sale["invoices_ignored"], *sale["invoices_recreated"]})
    for name, kind, numbers in (("shipment", "moves", moves), ("invoice", "invoices", invoices)):
        if numbers:
            values = {f"domain_{kind}": numbers, f"ignore_{kind}": numbers, f"recreate_{kind}": []}
            wizard = f"sale.handle.{name}.exception"
            rpc.wizard("cancel order", wizard, (MODEL, sale["id"]), {"ask": values}, "handle")


def _unsettled(rows: Sequence[Any], settled: set[int]) -> list[int]:
    return [row["id"] for row in rows if row["state"] == "cancelled" and row["id"] not in settled]
