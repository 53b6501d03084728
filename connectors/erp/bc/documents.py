"""What Business Central has of an order, open, posted or gone, as the protocol's news: pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.erp.base import (
    ErpAddress,
    ErpCredit,
    ErpDelivery,
    ErpInvoice,
    ErpOrderNews,
    ErpParcel,
    ErpStatus,
)
from connectors.erp.bc.address import Address
from connectors.erp.bc.fields import amount, moment_of
from connectors.erp.bc.lines import (
    Found,
    document_rows,
    gone_rows,
    in_turn,
    is_fee,
    numbers_of,
    order_rows,
    sold,
)

Row = dict[str, Any]
POSTED = ("Open", "Paid", "Canceled", "Corrective")
_SEPARATORS = re.compile(r"[\s,;]+")


def is_posted(document: Row) -> bool:
    """Return whether an invoice or credit memo counts: drafts stand in the same set."""
    return document.get("status") in POSTED


def news(found: Found, address: Address) -> ErpOrderNews | None:
    """Return an order with all its documents, None when Business Central has nothing of it.

    An order that is invoiced in full is deleted there: its rows are then those of its documents.
    """
    some = found.any()
    if some is None:
        return None
    lines = found.order["salesOrderLines"] if found.order else None
    numbers = numbers_of(found)
    return ErpOrderNews(
        number=found.number,
        reference=some.get("externalDocumentNumber") or "",
        status=ErpStatus.OPEN,
        customer_code=some.get("customerNumber") or "",
        rows=tuple(order_rows(lines, address) if lines is not None else gone_rows(found, numbers, address)),
        deliveries=tuple(_delivery(one, found, numbers, address) for one in in_turn(found.shipments)),
        invoices=tuple(_invoice(one, numbers, address) for one in in_turn(found.invoices)),
        credits=tuple(_credit(one, found, numbers, address) for one in in_turn(found.credits)),
    )


def may_be_invoiced(found: Found) -> bool:
    """Return whether an order may have invoices that do not name it: it has others, its lines say so, or it is gone."""
    order = found.order
    if order is None or found.invoices:
        return True
    return any(amount(line.get("invoicedQuantity")) for line in order["salesOrderLines"])


def is_shipped(order: Row) -> bool:
    """Return whether anything of an order has been delivered or invoiced."""
    return any(
        amount(line.get(name)) for line in order["salesOrderLines"] for name in ("shippedQuantity", "invoicedQuantity")
    )


def _delivery(document: Row, found: Found, numbers: Mapping[int, str], address: Address) -> ErpDelivery:
    goods = [line for line in sold(document["salesShipmentLines"], address) if not is_fee(line, address)]
    told = found.tracking.get(document["number"], "")
    return ErpDelivery(
        number=document["number"],
        delivered_at=_posted_at(document),
        rows=document_rows(goods, numbers),
        parcels=tuple(ErpParcel(number=number) for number in _SEPARATORS.split(told) if number),
        address=_ship_to(document),
        method=document.get("shipmentMethodCode") or "",
    )


def _invoice(document: Row, numbers: Mapping[int, str], address: Address) -> ErpInvoice:
    made = _posted_at(document)
    return ErpInvoice(
        number=document["number"],
        invoiced_at=made,
        due_at=moment_of(document.get("dueDate")) or made,
        currency=document["currencyCode"],
        total=amount(document["totalAmountIncludingTax"]),
        rows=document_rows(sold(document["salesInvoiceLines"], address), numbers),
    )


def _credit(document: Row, found: Found, numbers: Mapping[int, str], address: Address) -> ErpCredit:
    """A memo without an invoice credits the order's only one."""
    only = found.invoices[0]["number"] if len(found.invoices) == 1 else ""
    return ErpCredit(
        number=document["number"],
        credited_invoice=document.get("invoiceNumber") or only,
        credited_at=_posted_at(document),
        currency=document["currencyCode"],
        total=amount(document["totalAmountIncludingTax"]),
        rows=document_rows(sold(document["salesCreditMemoLines"], address), numbers),
    )


def _posted_at(document: Row) -> datetime:
    days = (document.get(name) for name in ("postingDate", "invoiceDate", "creditMemoDate"))
    moment = next((found for found in map(moment_of, days) if found), None)
    return moment or datetime.fromisoformat(document["lastModifiedDateTime"])


def _ship_to(document: Row) -> ErpAddress:
    return ErpAddress(
        name=document.get("shipToName") or "",
        line1=document.get("shipToAddressLine1") or "",
        line2=document.get("shipToAddressLine2") or "",
        postal_code=document.get("shipToPostCode") or "",
        city=document.get("shipToCity") or "",
        region=document.get("shipToState") or "",
        country=document.get("shipToCountry") or "",
    )


def references(found: Sequence[Found]) -> list[str]:
    """Return our references of orders, as far as anything of them tells."""
    somes = (one.any() for one in found)
    return [some["externalDocumentNumber"] for some in somes if some and some.get("externalDocumentNumber")]
