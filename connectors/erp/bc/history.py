"""A buyer's orders and the count of ours: open orders, and those that are gone by their posted invoices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectors.erp.base import ErpOrderSummary, ErpStatus, ErpTotals, HistoryPage
from connectors.erp.bc.api import BcApi
from connectors.erp.bc.documents import is_posted
from connectors.erp.bc.fields import amount, day_of, moment_of
from connectors.erp.bc.reads import Read, chunks, numbered
from connectors.norce.odata import compared, every, quoted

Row = dict[str, Any]
COLUMNS = "number,externalDocumentNumber,customerNumber,currencyCode,totalAmountIncludingTax"
ORDER_COLUMNS = f"{COLUMNS},orderDate,fullyShipped,lastModifiedDateTime"
INVOICE_COLUMNS = f"{COLUMNS},orderNumber,invoiceDate,status,lastModifiedDateTime"


def history(api: BcApi, customer: str, after: str, limit: int) -> HistoryPage:
    """Return a page of a customer's orders by number, the highest first: a series counts upwards (inferred)."""
    pages = [
        (*_page(api, name, key, columns, customer, after, limit + 1), key)
        for name, key, columns in (
            ("salesOrders", "number", ORDER_COLUMNS),
            ("salesInvoices", "orderNumber", INVOICE_COLUMNS),
        )
    ]
    (orders, _, _), (invoices, _, _) = pages
    found = {number: _gone(number, rows) for number, rows in _by_order(invoices).items()}
    found |= {row["number"]: _open(row) for row in orders}
    # What stands behind the end of either page hides what has not been read yet; an order's invoices may be cut there.
    ends = [rows[-1][key] for rows, more, key in pages if more]
    floor = max(ends, default="")
    numbers = sorted((number for number in found if number > floor), reverse=True) or [floor]
    shown = [number for number in numbers[:limit] if number]
    rest = bool(ends) or len(numbers) > limit
    return HistoryPage(
        orders=tuple(found[number] for number in shown if number in found), next=shown[-1] if rest and shown else ""
    )


def totals(api: BcApi, since: datetime, until: datetime, prefix: str) -> ErpTotals:
    """Count our orders by their date, whole days only.

    One that is invoiced in full is counted on the day of its first invoice, which alone is left of it, and
    one that was deleted not at all: Business Central keeps no more.
    """
    first, last = day_of(since), day_of(until - timedelta(microseconds=1))
    ours = every(f"startswith(externalDocumentNumber,{quoted(prefix)})", compared("lastModifiedDateTime", "ge", since))
    orders, invoices = api.batch(
        "totals",
        [
            Read(
                name="salesOrders",
                options={"$filter": f"{ours} and {_span('orderDate', first, last)}", "$select": ORDER_COLUMNS},
            ),
            Read(
                name="salesInvoices",
                options={"$filter": f"{ours} and invoiceDate ge {first}", "$select": INVOICE_COLUMNS},
            ),
        ],
    )
    groups = _by_order(invoices)
    still_there = _existing(api, list(groups))
    gone = [_gone(number, rows) for number, rows in groups.items() if number not in still_there]
    return _sum([*map(_open, orders), *(one for one in gone if first <= day_of(one.ordered_at) <= last)])


def _existing(api: BcApi, numbers: list[str]) -> set[str]:
    """Return which of the orders are not gone: a part of them may be invoiced."""
    reads = [
        Read(name="salesOrders", options={"$filter": numbered("number", chunk), "$select": "id,number"})
        for chunk in chunks(numbers)
    ]
    return {row["number"] for rows in api.batch("totals", reads) for row in rows}


def _sum(counted: list[ErpOrderSummary]) -> ErpTotals:
    sums: dict[str, Decimal] = {}
    for one in counted:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.total
    return ErpTotals(count=len(counted), sums=tuple(sorted(sums.items())))


def _span(name: str, first: str, last: str) -> str:
    return f"{name} ge {first} and {name} le {last}"


def _page(
    api: BcApi, name: str, key: str, columns: str, customer: str, after: str, size: int
) -> tuple[list[Row], bool]:
    condition = every(
        compared("customerNumber", "eq", customer),
        compared(key, "gt", ""),
        compared(key, "lt", after) if after else "",
    )
    options = {"$filter": condition, "$orderby": f"{key} desc", "$select": columns}
    return api.page(f"list {name} of a customer", Read(name=name, options=options), size)


def _by_order(invoices: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in filter(is_posted, invoices):
        if row.get("orderNumber"):
            groups.setdefault(row["orderNumber"], []).append(row)
    return groups


def _open(row: Row) -> ErpOrderSummary:
    return _summary(
        row,
        number=row["number"],
        status=ErpStatus.DELIVERED if row.get("fullyShipped") else ErpStatus.OPEN,
        ordered_at=moment_of(row.get("orderDate")),
        total=amount(row["totalAmountIncludingTax"]),
    )


def _gone(number: str, rows: list[Row]) -> ErpOrderSummary:
    """Return an order that is invoiced in full, as its invoices show it."""
    dates = [moment for moment in (moment_of(row.get("invoiceDate")) for row in rows) if moment]
    return _summary(
        rows[0],
        number=number,
        status=ErpStatus.INVOICED,
        ordered_at=min(dates, default=None),
        total=sum((amount(row["totalAmountIncludingTax"]) for row in rows), Decimal(0)),
    )


def _summary(
    row: Row, *, number: str, status: ErpStatus, ordered_at: datetime | None, total: Decimal
) -> ErpOrderSummary:
    return ErpOrderSummary(
        number=number,
        reference=row.get("externalDocumentNumber") or "",
        customer_code=row["customerNumber"],
        status=status,
        ordered_at=ordered_at or timezone.now(),
        currency=row["currencyCode"],
        total=total,
    )
