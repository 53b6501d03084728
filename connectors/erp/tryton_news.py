"""Tryton's sales, shipments and invoices as the protocol's news of an order: pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from connectors.erp import tryton_addresses as addresses
from connectors.erp.base import (
    ErpAddress,
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpOrderNews,
    ErpParcel,
    ErpRow,
    ErpStatus,
)
from connectors.erp.tryton_netting import netted
from connectors.erp.tryton_orders import ROUNDING_PLACE
from connectors.erp.tryton_rpc import Row
from connectors.erp.tryton_states import status

ZERO = Decimal(0)
# A line without product begins with the number of its article, see `tryton_articles`.
_ARTICLE = re.compile(r"\[(.+?)\] (.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Page:
    """All that was read for some sales. ``lines`` are their sale lines by Tryton's references to them.

    A reference leads to a line of ours also where it names a line of an invoice or of a return. ``returns`` are the
    ids of the sales in which goods come back.
    """

    lines: dict[str, Row]
    sale_of: dict[int, int]
    returns: frozenset[int]
    shipments: Sequence[Row]
    invoices: Sequence[Row]

    @classmethod
    def of(
        cls, sales: Sequence[Row], returns: Sequence[Row], shipments: Sequence[Row], invoices: Sequence[Row]
    ) -> Page:
        """Return the page with every reference followed."""
        lines = {f"sale.line,{line['id']}": line for sale in sales for line in sale["lines."]}
        sale_of = {line["id"]: sale["id"] for sale in sales for line in sale["lines."]}
        places = {(f"sale.sale,{sale['id']}", line["sequence"]): line for sale in sales for line in sale["lines."]}
        for reference, line in ((one["origin"], line) for one in returns for line in one["lines."]):
            if ours := places.get((reference, line["sequence"])):
                lines[f"sale.line,{line['id']}"] = ours
        for line in (line for invoice in invoices for line in invoice["lines."]):
            if ours := lines.get(line["origin"] or ""):
                lines[f"account.invoice.line,{line['id']}"] = ours
        back = frozenset(one["id"] for one in returns)
        return cls(lines=lines, sale_of=sale_of, returns=back, shipments=shipments, invoices=invoices)

    def is_of(self, sale: Row, document: Row, rows: str) -> bool:
        """Return whether any of a document's rows belongs to a sale."""
        found = (self.lines.get(row["origin"] or "") for row in document[rows])
        return any(line is not None and self.sale_of[line["id"]] == sale["id"] for line in found)


def news(sale: Row, page: Page) -> ErpOrderNews:
    """Return one sale with all its documents."""
    posted = [one for one in page.invoices if page.is_of(sale, one, "lines.")]
    invoices = netted(_without_rounding(one, page) for one in posted if not _is_credit(one, page))
    given_back = netted((_without_rounding(one, page) for one in posted if _is_credit(one, page)), -1)
    deliveries = [_delivery(one, page) for one in page.shipments if page.is_of(sale, one, "outgoing_moves.")]
    told = [_invoice(one, page) for one in invoices]
    return ErpOrderNews(
        number=sale["number"],
        reference=sale["web_id"],
        status=status(sale),
        customer_code=(sale["party."] or {}).get("code") or "",
        rows=tuple(_row(line, deliveries, told, status(sale)) for line in sale["lines."] if _is_row(line)),
        deliveries=tuple(deliveries),
        invoices=tuple(told),
        credits=tuple(_credit(one, invoices, page) for one in given_back if one["total_amount"]),
    )


def _is_credit(invoice: Row, page: Page) -> bool:
    """Return whether an invoice gives back: discounts alone, or a rounding, come to less than nothing as well."""
    gives = invoice["origin_invoices"] or page.returns & set(invoice["sales"])
    return _takes_back(invoice) or bool(invoice["total_amount"] < 0 and gives)


def _without_rounding(invoice: Row, page: Page) -> Row:
    """Return an invoice without the row that rounds the sale: it is no article, and the total tells of it."""
    ours = (page.lines.get(line["origin"] or "", line) for line in invoice["lines."])
    kept = [line for line, one in zip(invoice["lines."], ours, strict=True) if one.get("sequence") != ROUNDING_PLACE]
    return {**invoice, "lines.": kept}


def _takes_back(invoice: Row) -> bool:
    """Return whether all rows come back: the return of what was free makes a credit note of 0."""
    quantities = [line["quantity"] for line in invoice["lines."] if line["type"] == "line"]
    return bool(quantities) and max(quantities) <= 0


def _is_row(line: Row) -> bool:
    return bool(line["type"] == "line" and line["sequence"] != ROUNDING_PLACE)


def _row(line: Row, deliveries: Iterable[ErpDelivery], invoices: Iterable[ErpInvoice], stands: ErpStatus) -> ErpRow:
    delivered, invoiced = _sum(line, deliveries), _sum(line, invoices)
    ordered = _quantity(line)
    cancelled = sum((_quantity(move) for move in line["moves_ignored."]), ZERO)
    product = line["product."]
    return ErpRow(
        line_no=line["sequence"] or 0,
        part_no=_part_no(line),
        ordered=ordered,
        delivered=delivered,
        invoiced=invoiced,
        cancelled=ordered - max(delivered, invoiced) if stands == ErpStatus.CANCELLED else cancelled,
        # What Tryton does not ship: services, and articles that it does not know.
        is_fee=product is None or product["type"] == "service",
    )


def _sum(line: Row, documents: Iterable[ErpDelivery | ErpInvoice]) -> Decimal:
    rows = (row for document in documents for row in document.rows)
    return sum((row.quantity for row in rows if row.line_no == line["sequence"]), ZERO)


def _delivery(shipment: Row, page: Page) -> ErpDelivery:
    parcels = [one["shipping_reference"] for one in shipment["root_packages."]] or [shipment["shipping_reference"]]
    moves = [one for one in shipment["outgoing_moves."] if one["state"] == "done" and one["origin"] in page.lines]
    place, carrier = shipment["delivery_address."], shipment["carrier."] or {}
    return ErpDelivery(
        number=shipment["number"],
        delivered_at=_moment(shipment["effective_date"]),
        rows=tuple(sorted((_document_row(page.lines[one["origin"]], _quantity(one)) for one in moves), key=_place)),
        parcels=tuple(ErpParcel(number=number) for number in parcels if number),
        address=addresses.address(place) if place else ErpAddress(),
        method=(carrier.get("party.") or {}).get("name") or "",
    )


def _invoice(invoice: Row, page: Page) -> ErpInvoice:
    due = [one["maturity_date"] for one in invoice["lines_to_pay."] if one["maturity_date"]]
    return ErpInvoice(
        number=invoice["number"],
        invoiced_at=_moment(invoice["invoice_date"]),
        due_at=_moment(max(due, default=invoice["invoice_date"])),
        currency=invoice["currency."]["code"],
        total=invoice["total_amount"],
        rows=_rows(invoice, page, 1),
    )


def _credit(credit: Row, invoices: Sequence[Row], page: Page) -> ErpCredit:
    return ErpCredit(
        number=credit["number"],
        credited_invoice=_credited(credit, invoices, page),
        credited_at=_moment(credit["invoice_date"]),
        currency=credit["currency."]["code"],
        total=-credit["total_amount"],
        rows=_rows(credit, page, -1),
    )


def _credited(credit: Row, invoices: Sequence[Row], page: Page) -> str:
    """Return the invoice that a credit note is of: the one its rows name, else the latest that has all its rows."""
    origins = {line["origin"] for line in credit["lines."]}
    named = [one for one in invoices if origins & {f"account.invoice.line,{line['id']}" for line in one["lines."]}]
    wanted = _line_ids(credit, page)
    fitting = [one for one in invoices if wanted <= _line_ids(one, page)]
    touching = [one for one in invoices if wanted & _line_ids(one, page)]
    found = named or fitting or touching
    return str(found[-1]["number"]) if found else ""


def _line_ids(invoice: Row, page: Page) -> set[int]:
    return {page.lines[line["origin"]]["id"] for line in invoice["lines."] if line["origin"] in page.lines}


def _place(row: ErpDocumentRow) -> int:
    return row.line_no or 0


def _rows(invoice: Row, page: Page, sign: int) -> tuple[ErpDocumentRow, ...]:
    """Return an invoice's rows; one that is no row of the order's, as a clerk may add, has no line number."""
    rows = []
    for line in (line for line in invoice["lines."] if line["type"] == "line"):
        ours = page.lines.get(line["origin"] or "", line)
        rows.append(_document_row(line | {"sequence": ours.get("sequence")}, sign * _quantity(line)))
    return tuple(rows)


def _document_row(line: Row, quantity: Decimal) -> ErpDocumentRow:
    rate = sum((tax["rate"] or ZERO for tax in line["taxes."]), ZERO)
    return ErpDocumentRow(
        part_no=_part_no(line),
        quantity=quantity,
        line_no=line["sequence"],
        description=_described(line)[1],
        unit_price=line["unit_price"],
        unit_vat=line["unit_price"] * rate,
        vat_rate=(rate * 100).normalize() + ZERO,
    )


def _part_no(line: Row) -> str:
    product = line["product."]
    return (product["code"] or "") if product else _described(line)[0]


def _described(line: Row) -> tuple[str, str]:
    text = line["description"] or ""
    found = None if line["product."] else _ARTICLE.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _quantity(row: Row) -> Decimal:
    """Return a quantity without the digits of a float."""
    return Decimal(str(row["quantity"])).normalize() + ZERO


def _moment(day: Any) -> datetime:
    """Return the beginning of a day; Tryton's documents have no time."""
    if not isinstance(day, date):
        raise ValueError("a document without its date")
    return datetime.combine(day, time(), UTC)
