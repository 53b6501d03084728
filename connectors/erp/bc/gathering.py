"""Read all that belongs to orders: the order, its shipments, invoices and credit memos, joined by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.erp.bc import documents
from connectors.erp.bc.api import BcApi
from connectors.erp.bc.documents import is_posted
from connectors.erp.bc.lines import Found
from connectors.erp.bc.reads import Read, chunks, numbered

Row = dict[str, Any]


def gather(api: BcApi, numbers: Sequence[str]) -> list[Found]:
    """Return what there is of each order, in the order of the numbers; two or three calls for a hundred.

    Credit memos name no order: they are found by the invoice they apply to and by our reference.
    """
    found = {number: Found(number=number) for number in dict.fromkeys(numbers)}
    if not found:
        return []
    _orders_and_documents(api, found)
    _credits(api, found)
    _tracking(api, found)
    return list(found.values())


def _orders_and_documents(api: BcApi, found: dict[str, Found]) -> None:
    sets = ("salesOrders", "number"), ("salesShipments", "orderNumber"), ("salesInvoices", "orderNumber")
    orders, shipments, invoices = _read_sets(api, "read orders", [(*one, list(found)) for one in sets])
    for row in orders:
        found[row["number"]].order = row
    for row in shipments:
        found[row["orderNumber"]].shipments.append(row)
    for row in filter(is_posted, invoices):
        found[row["orderNumber"]].invoices.append(row)


def _credits(api: BcApi, found: dict[str, Found]) -> None:
    by_invoice = {row["number"]: one for one in found.values() for row in one.invoices}
    if not by_invoice:
        return
    by_reference = {documents.references([one])[0]: one for one in found.values() if documents.references([one])}
    wanted = [("invoiceNumber", list(by_invoice)), ("externalDocumentNumber", list(by_reference))]
    sets = [("salesCreditMemos", name, values) for name, values in wanted if values]
    rows = [row for rows in _read_sets(api, "read credits", sets) for row in rows]
    for row in {row["id"]: row for row in rows if is_posted(row)}.values():
        one = by_invoice.get(row.get("invoiceNumber") or "") or by_reference.get(
            row.get("externalDocumentNumber") or ""
        )
        if one:
            one.credits.append(row)


def _tracking(api: BcApi, found: dict[str, Found]) -> None:
    """Read the tracking numbers, where the customer has published a page of them: the shipments' own has none."""
    numbers = [row["number"] for one in found.values() for row in one.shipments]
    page, _, name = api.address.tracking.rpartition("/")
    if not page or not numbers:
        return
    shipment, tracking = api.address.tracking_fields
    told: dict[str, str] = {}
    for chunk in chunks(numbers):
        read = Read(name=name, options={"$filter": numbered(shipment, chunk)})
        for row in api.custom_rows("read tracking", page, read):
            told[row[shipment]] = f"{told.get(row[shipment], '')} {row.get(tracking) or ''}".strip()
    for one in found.values():
        one.tracking = told


def _read_sets(api: BcApi, operation: str, sets: Iterable[tuple[str, str, list[str]]]) -> list[list[Row]]:
    """Return the rows, with their lines, of each set whose field is one of the values; all in one batch."""
    reads = [
        (place, Read(name=name, options={"$filter": numbered(field, chunk), "$expand": f"{name[:-1]}Lines"}))
        for place, (name, field, values) in enumerate(sets)
        for chunk in chunks(values)
    ]
    rows: dict[int, list[Row]] = {}
    for (place, _), answer in zip(reads, api.batch(operation, [read for _, read in reads]), strict=True):
        rows.setdefault(place, []).extend(answer)
    return [rows[place] for place in sorted(rows)]
