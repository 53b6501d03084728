"""Which orders have changed: orders, shipments, invoices and credit memos by the moment of their change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from connectors.erp.bc.api import BcApi
from connectors.erp.bc.gathering import gather
from connectors.erp.bc.lines import Found
from connectors.erp.bc.reads import Read, chunks, numbered
from connectors.norce.odata import compared, every

Row = dict[str, Any]
# The sets in the order in which they are read, and what of a row leads to its order.
SETS = ("salesOrders", "salesShipments", "salesInvoices", "salesCreditMemos")
COLUMNS = {
    "salesOrders": "id,number,externalDocumentNumber",
    "salesShipments": "id,number,orderNumber,externalDocumentNumber",
    "salesInvoices": "id,number,orderNumber,externalDocumentNumber",
    "salesCreditMemos": "id,number,invoiceNumber,externalDocumentNumber",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a listing has come: in which set, behind which number, and when it began."""

    step: int = 0
    key: str = ""
    began: datetime

    def __str__(self) -> str:
        return f"{self.step}|{self.began.isoformat()}|{self.key}"


def place_of(after: str) -> Place:
    """Return the place that a page's ``next`` tells, the beginning for ""."""
    if not after:
        return Place(began=timezone.now())
    step, began, key = after.split("|", 2)
    return Place(step=int(step), began=datetime.fromisoformat(began), key=key)


def changed(api: BcApi, since: datetime, place: Place, limit: int) -> tuple[list[Found], str]:
    """Return some orders of which something has changed at or after ``since``, and where the next page begins.

    One set after the other, each by its documents' numbers, which never change. Deletions are not told by
    Business Central. Documents without our reference or an order are nobody's here.
    """
    name = SETS[place.step]
    condition = every(
        compared("lastModifiedDateTime", "ge", since), compared("number", "gt", place.key) if place.key else ""
    )
    options = {"$filter": condition, "$orderby": "number", "$select": COLUMNS[name]}
    rows, more = api.page(f"list {name}", Read(name=name, options=options), limit)
    rows, key = _cut(rows) if more else (rows, "")
    step = place.step + (0 if more else 1)
    found = gather(api, _orders(api, name, rows))
    new = [one for one in found if not _was_told(one, place, since)]
    return new, str(replace(place, step=step, key=key)) if step < len(SETS) else ""


def _was_told(found: Found, place: Place, since: datetime) -> bool:
    """Return whether an order came in an earlier set of this listing.

    What has changed there since the listing began may have been too late for it, and does not count.
    """
    earlier = ([found.order] if found.order else [], found.shipments, found.invoices)[: place.step]
    moments = (datetime.fromisoformat(row["lastModifiedDateTime"]) for rows in earlier for row in rows)
    return any(since <= moment < place.began for moment in moments)


def _cut(rows: list[Row]) -> tuple[list[Row], str]:
    """Leave the last number to the next page: a draft and a posted document may share it, one behind the edge."""
    whole = [row for row in rows if row["number"] != rows[-1]["number"]]
    return (whole, whole[-1]["number"]) if whole else (rows, rows[-1]["number"])


def _orders(api: BcApi, name: str, rows: list[Row]) -> list[str]:
    ours = [row for row in rows if row.get("externalDocumentNumber") or row.get("invoiceNumber")]
    if name == "salesOrders":
        return [row["number"] for row in ours]
    return _orders_of(api, _credited(api, ours) if name == "salesCreditMemos" else ours)


def _orders_of(api: BcApi, documents: list[Row]) -> list[str]:
    """Return the orders that documents name; of those that name none, the orders with the same reference.

    An invoice that was made from shipments names none, and the order may be gone by then.
    """
    named = [row["orderNumber"] for row in documents if row.get("orderNumber")]
    others = {row.get("externalDocumentNumber") for row in documents if not row.get("orderNumber")}
    references = sorted(filter(None, others))
    reads = [*_reads("salesOrders", references), *_reads("salesShipments", references)]
    found = [row for rows in api.batch("read orders of documents", reads) for row in rows]
    # A shipment's own number is no order's.
    with_reference = [row["orderNumber"] if "orderNumber" in row else row["number"] for row in found]
    return list(dict.fromkeys(filter(None, [*named, *with_reference])))


def _credited(api: BcApi, memos: list[Row]) -> list[Row]:
    """Return the invoices that credit memos apply to, else those with the same reference."""
    invoices = sorted({row["invoiceNumber"] for row in memos if row.get("invoiceNumber")})
    references = sorted({row["externalDocumentNumber"] for row in memos if not row.get("invoiceNumber")})
    reads = [*_reads("salesInvoices", invoices, "number"), *_reads("salesInvoices", references)]
    return [row for rows in api.batch("read credited invoices", reads) for row in rows]


def _reads(name: str, values: list[str], member: str = "externalDocumentNumber") -> list[Read]:
    return [
        Read(name=name, options={"$filter": numbered(member, chunk), "$select": COLUMNS[name]})
        for chunk in chunks(values)
    ]
