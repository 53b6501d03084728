"""Lines of orders and documents: what they sell, and which row of the order they belong to: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.erp.base import ErpDocumentRow, ErpRow
from connectors.erp.bc.address import Address
from connectors.erp.bc.fields import amount
from connectors.erp.bc.orders import STEP

Row = dict[str, Any]
# Comments sell nothing; the blank type of a shipment's line is one too.
COMMENTS = ("Comment", "_x0020_", " ", "")
GOODS = ("Item",)
ZERO = Decimal(0)


@dataclass(kw_only=True)
class Found:
    """All records that belong to one order; ``order`` is None when it is gone. ``tracking`` is by shipment number."""

    number: str
    order: Row | None = None
    shipments: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    credits: list[Row] = field(default_factory=list)
    tracking: Mapping[str, str] = field(default_factory=dict)

    def any(self) -> Row | None:
        """Return one record of the order, None when there is none: it was deleted, or has never been."""
        return next(iter(filter(None, (self.order, *self.shipments, *self.invoices))), None)


def line_no(sequence: int) -> int:
    """Return our row's number; a line that somebody else inserted between keeps its own, which is no row of ours."""
    return sequence // STEP if sequence % STEP == 0 else sequence


def in_turn(documents: Iterable[Row]) -> list[Row]:
    """Return documents in the order in which they were posted."""
    return sorted(documents, key=lambda one: (one.get("postingDate") or "", one["number"]))


def sold(lines: Iterable[Row], address: Address) -> Iterator[Row]:
    """Yield the lines that sell something; a rounding is a part of the total only."""
    for line in lines:
        if line["lineType"] not in COMMENTS and line.get("lineObjectNumber") != address.rounding_account:
            yield line


def is_fee(line: Row, address: Address) -> bool:
    """Return whether a line is freight or a fee, which is invoiced and never delivered."""
    number = line.get("lineObjectNumber")
    if number == address.unknown_account:
        return False
    return line["lineType"] not in GOODS or number in address.fee_items


def order_rows(lines: Iterable[Row], address: Address) -> list[ErpRow]:
    """Return the order's rows."""
    return [
        ErpRow(
            line_no=line_no(line["sequence"]),
            part_no=line["lineObjectNumber"],
            ordered=amount(line["quantity"]),
            delivered=amount(line.get("shippedQuantity")),
            invoiced=amount(line.get("invoicedQuantity")),
            is_fee=is_fee(line, address),
        )
        for line in sorted(sold(lines, address), key=lambda line: int(line["sequence"]))
    ]


def numbers_of(found: Found) -> dict[int, str]:
    """Return which article a sequence stands for: the order's, or where that is gone the first document's."""
    lines = found.order["salesOrderLines"] if found.order else []
    documents = [*(one["salesShipmentLines"] for one in in_turn(found.shipments))]
    documents += [one["salesInvoiceLines"] for one in in_turn(found.invoices)]
    known: dict[int, str] = {}
    for line in (*lines, *(line for document in documents for line in document)):
        known.setdefault(line["sequence"], line.get("lineObjectNumber") or "")
    return known


def _row_of(line: Row, numbers: Mapping[int, str]) -> int | None:
    """Return the order's row that a document's line belongs to, None when the document numbers its lines otherwise.

    Posting keeps the number of the line (AL: Sales-Post transfers the fields; inferred), and the article
    must be the same; else the one line with that article is meant, if there is only one.
    """
    number = line.get("lineObjectNumber") or ""
    if numbers.get(line["sequence"]) == number:
        return line_no(line["sequence"])
    same = [sequence for sequence, article in numbers.items() if article == number]
    return line_no(same[0]) if len(same) == 1 else None


def gone_rows(found: Found, numbers: Mapping[int, str], address: Address) -> list[ErpRow]:
    """Return the rows of an order that is gone, as far as its documents tell: nothing else of it will be."""
    delivered: dict[int, Decimal] = {}
    invoiced: dict[int, Decimal] = {}
    fees: dict[int, bool] = {}
    kinds = ((delivered, found.shipments, "salesShipmentLines"), (invoiced, found.invoices, "salesInvoiceLines"))
    for sums, documents, name in kinds:
        for line in (line for one in documents for line in sold(one[name], address) if amount(line["quantity"])):
            row = _row_of(line, numbers)
            if row is not None:
                sums[row] = sums.get(row, ZERO) + amount(line["quantity"])
                fees[row] = is_fee(line, address)
    parts = {line_no(sequence): part for sequence, part in numbers.items()}
    return [
        _gone_row(row, parts[row], delivered.get(row, ZERO), invoiced.get(row, ZERO), fees[row]) for row in sorted(fees)
    ]


def _gone_row(row: int, part_no: str, delivered: Decimal, invoiced: Decimal, fee: bool) -> ErpRow:
    ordered = max(delivered, invoiced)
    return ErpRow(line_no=row, part_no=part_no, ordered=ordered, delivered=delivered, invoiced=invoiced, is_fee=fee)


def document_rows(lines: Iterable[Row], numbers: Mapping[int, str]) -> tuple[ErpDocumentRow, ...]:
    """Return the lines with a quantity: a posted document also holds those of which nothing is in it.

    Prices are the net ones per unit, whether or not the document's prices include VAT, after discounts.
    """
    return tuple(_document_row(line, numbers) for line in lines if amount(line["quantity"]))


def _document_row(line: Row, numbers: Mapping[int, str]) -> ErpDocumentRow:
    quantity = amount(line["quantity"])
    return ErpDocumentRow(
        part_no=line.get("lineObjectNumber") or "",
        quantity=quantity,
        line_no=_row_of(line, numbers),
        description=line.get("description") or "",
        unit_price=amount(line.get("netAmount")) / quantity,
        unit_vat=amount(line.get("netTaxAmount")) / quantity,
        vat_rate=amount(line.get("taxPercent")),
    )
