"""Read all that belongs to orders: the order, its shipments, invoices and credit memos, joined by their numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from connectors.erp.bc import documents
from connectors.erp.bc.api import BcApi
from connectors.erp.bc.documents import is_posted, may_be_invoiced
from connectors.erp.bc.lines import Found
from connectors.erp.bc.reads import Read, chunks, numbered

Row = dict[str, Any]
REFERENCE, INVOICE = "externalDocumentNumber", "invoiceNumber"


def gather(api: BcApi, numbers: Sequence[str]) -> list[Found]:
    """Return what there is of each order, in the order of the numbers; one to four calls for a hundred.

    What names no order is found by our reference: credit memos, and invoices that were made from shipments.
    """
    found = {number: Found(number=number) for number in dict.fromkeys(numbers)}
    if not found:
        return []
    _orders_and_documents(api, found)
    _of_no_order(api, found.values())
    _tracking(api, found)
    return list(found.values())


def _orders_and_documents(api: BcApi, found: dict[str, Found]) -> None:
    sets = [("salesOrders", "number"), ("salesShipments", "orderNumber"), ("salesInvoices", "orderNumber")]
    orders, shipments, invoices = _read_sets(api, "read orders", [(*one, list(found)) for one in sets])
    for row in orders:
        found[row["number"]].order = row
    for row in shipments:
        found[row["orderNumber"]].shipments.append(row)
    for row in filter(is_posted, invoices):
        found[row["orderNumber"]].invoices.append(row)


def _of_no_order(api: BcApi, found: Collection[Found]) -> None:
    """Read invoices and credit memos by our reference, and memos by their invoices, in one call.

    Another one reads memos of the invoices that it has found, if any.
    """
    ours = {reference: one for one in found if may_be_invoiced(one) for reference in documents.references([one])}
    named = _by_invoice(found)
    invoices, *credits = _read_sets(
        api,
        "read invoices and credits",
        [
            ("salesInvoices", REFERENCE, list(ours)),
            ("salesCreditMemos", REFERENCE, list(ours)),
            ("salesCreditMemos", INVOICE, list(named)),
        ],
    )
    for row in filter(is_posted, invoices):
        if row[REFERENCE] in ours and not row.get("orderNumber"):
            ours[row[REFERENCE]].invoices.append(row)
    by_invoice = _by_invoice(found)
    late = [number for number in by_invoice if number not in named]
    credits += _read_sets(api, "read credits", [("salesCreditMemos", INVOICE, late)])
    for row in {row["id"]: row for rows in credits for row in filter(is_posted, rows)}.values():
        one = by_invoice.get(row.get(INVOICE) or "") or ours.get(row.get(REFERENCE) or "")
        if one:
            one.credits.append(row)


def _by_invoice(found: Iterable[Found]) -> dict[str, Found]:
    return {row["number"]: one for one in found for row in one.invoices}


def _tracking(api: BcApi, found: dict[str, Found]) -> None:
    """Read the tracking numbers, where the customer has published a page of them: the shipments' own has none."""
    numbers = [row["number"] for one in found.values() for row in one.shipments]
    page, _, name = api.address.tracking.rpartition("/")
    if not page or not numbers:
        return
    shipment, tracking = api.address.tracking_fields
    reads = [Read(name=name, options={"$filter": numbered(shipment, chunk)}) for chunk in chunks(numbers)]
    told: dict[str, str] = {}
    for row in (row for rows in api.batch("read tracking", reads, page) for row in rows):
        told[row[shipment]] = f"{told.get(row[shipment], '')} {row.get(tracking) or ''}".strip()
    for one in found.values():
        one.tracking = told


def _read_sets(api: BcApi, operation: str, sets: Sequence[tuple[str, str, list[str]]]) -> list[list[Row]]:
    """Return the rows, with their lines, of each set whose field is one of the values; all in one batch."""
    reads = [
        (place, Read(name=name, options={"$filter": numbered(field, chunk), "$expand": f"{name[:-1]}Lines"}))
        for place, (name, field, values) in enumerate(sets)
        for chunk in chunks(values)
    ]
    rows: dict[int, list[Row]] = {}
    for (place, _), answer in zip(reads, api.batch(operation, [read for _, read in reads]), strict=True):
        rows.setdefault(place, []).extend(answer)
    return [rows.get(place, []) for place in range(len(sets))]
