"""The sandbox ERP's orders and documents as the protocol's: pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from connectors.erp.base import (
    ErpAddress,
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpOrderNews,
    ErpOrderSummary,
    ErpParcel,
    ErpRow,
    ErpStatus,
    ErpTotals,
    HistoryPage,
    NewsPage,
    ParcelStatus,
)
from connectors.erp.reading import reading_each

T = TypeVar("T")


def news_page(answer: Any) -> NewsPage:
    """Return a page of changed orders, those that cannot be read by their numbers alone."""
    orders, unreadable = reading_each(news, _of(list, answer, "orders"), lambda order: _of(str, order, "number"))
    return NewsPage(orders=orders, next=_of(str, answer, "next"), unreadable=unreadable)


def news(order: Any) -> ErpOrderNews:
    """Return an order with all its documents."""
    return ErpOrderNews(
        number=_of(str, order, "number"),
        reference=_of(str, order, "reference"),
        status=ErpStatus(order["status"]),
        customer_code=order.get("customer_code") or "",
        rows=tuple(map(_row, _of(list, order, "lines"))),
        deliveries=tuple(map(_delivery, _of(list, order, "deliveries"))),
        invoices=tuple(map(_invoice, _of(list, order, "invoices"))),
        credits=tuple(map(_credit, _of(list, order, "credits"))),
    )


def history_page(answer: Any) -> HistoryPage:
    """Return a page of a buyer's orders."""
    return HistoryPage(orders=tuple(map(_summary, _of(list, answer, "orders"))), next=_of(str, answer, "next"))


def totals(answer: Any) -> ErpTotals:
    """Return a count with its sums by currency."""
    sums = sorted((currency, _decimal(total)) for currency, total in answer["sums"].items())
    return ErpTotals(count=_of(int, answer, "count"), sums=tuple(sums))


def _row(line: Any) -> ErpRow:
    return ErpRow(
        line_no=_of(int, line, "line_no"),
        part_no=_of(str, line, "part_no"),
        ordered=_decimal(line["quantity"]),
        delivered=_decimal(line["delivered"]),
        invoiced=_decimal(line["invoiced"]),
        cancelled=_decimal(line["cancelled"]),
        is_fee=bool(line.get("is_fee")),
    )


def _delivery(document: Any) -> ErpDelivery:
    return ErpDelivery(
        number=_of(str, document, "number"),
        delivered_at=_moment(document["date"]),
        rows=_document_rows(_of(list, document, "rows")),
        parcels=tuple(map(_parcel, _of(list, document, "parcels"))),
        address=ErpAddress(**document["address"]),
        method=_of(str, document, "method"),
    )


def _parcel(parcel: Any) -> ErpParcel:
    return ErpParcel(number=_of(str, parcel, "number"), status=ParcelStatus(parcel["status"]))


def _invoice(document: Any) -> ErpInvoice:
    return ErpInvoice(
        number=_of(str, document, "number"),
        invoiced_at=_moment(document["date"]),
        due_at=_moment(document["due_date"]),
        currency=_of(str, document, "currency"),
        total=_decimal(document["total"]),
        rows=_document_rows(_of(list, document, "rows")),
    )


def _credit(document: Any) -> ErpCredit:
    return ErpCredit(
        number=_of(str, document, "number"),
        credited_invoice=_of(str, document, "invoice"),
        credited_at=_moment(document["date"]),
        currency=_of(str, document, "currency"),
        total=_decimal(document["total"]),
        rows=_document_rows(_of(list, document, "rows")),
    )


def _document_rows(rows: Iterable[Any]) -> tuple[ErpDocumentRow, ...]:
    return tuple(
        ErpDocumentRow(
            part_no=_of(str, row, "part_no"),
            quantity=_decimal(row["quantity"]),
            line_no=_of(int, row, "line_no"),
            description=row["description"] or "",
            unit_price=_decimal(row["unit_price"]),
            unit_vat=_decimal(row["unit_vat"]),
            vat_rate=_decimal(row["vat_rate"] or 0),
        )
        for row in rows
    )


def _summary(order: Any) -> ErpOrderSummary:
    return ErpOrderSummary(
        number=_of(str, order, "number"),
        reference=_of(str, order, "reference"),
        customer_code=_of(str, order, "customer_code"),
        status=ErpStatus(order["status"]),
        ordered_at=_moment(order["created"]),
        currency=_of(str, order, "currency"),
        total=_decimal(order["total"]),
    )


def _of(kind: type[T], row: Any, name: str) -> T:
    """Return a member that must be there and of a type."""
    value = row[name]
    if not isinstance(value, kind):
        raise TypeError(name)
    return value


def _decimal(value: Any) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(value)
    return number


def _moment(text: str) -> datetime:
    """Return a moment; one without its offset would be another one in each country."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
