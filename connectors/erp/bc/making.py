"""Make an order, find the one with our reference, and delete one of which nothing was posted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpOrder, ErpOrderRef
from connectors.erp.bc import documents, orders
from connectors.erp.bc.api import BcApi
from connectors.erp.bc.fields import amount
from connectors.erp.bc.gathering import gather
from connectors.erp.bc.reads import Read
from connectors.errors import PermanentError
from connectors.norce.odata import compared

Row = dict[str, Any]
# Where an order with our reference may be by now, and what of a record there is the order's number.
PLACES = {"salesOrders": "number", "salesInvoices": "orderNumber", "salesShipments": "orderNumber"}
REFUSED = 409
OF_NO_ORDER = sentence(_("%(place)s %(number)s (of no order)"))


def find(api: BcApi, reference: str) -> ErpOrderRef | None:
    """Search orders, invoices and shipments in one call.

    A document that names no order may have been made from the order's shipments; it is a question only when it is all
    there is.
    """
    condition = compared("externalDocumentNumber", "eq", reference)
    answers = api.batch("find order", [Read(name=name, options={"$filter": condition}) for name in PLACES])
    known: dict[str, ErpOrderRef] = {}
    of_no_order: list[str] = []
    for (name, member), rows in zip(PLACES.items(), answers, strict=True):
        for row in rows:
            if number := row.get(member):
                known.setdefault(number, _found(name, number, reference, row))
            else:
                of_no_order.append(OF_NO_ORDER % {"place": name, "number": row["number"]})
    if len(known) > 1 or (of_no_order and not known):
        raise PermanentError("bc_doubled", numbers=", ".join(sorted(known or of_no_order)), reference=reference)
    return next(iter(known.values()), None)


def create(api: BcApi, order: ErpOrder) -> ErpOrderRef:
    """Create the order with its lines in one call, which makes all of it or nothing (inferred).

    Business Central gives each line the VAT of its own article or account, so the sum may be another than what the
    buyer pays: then the order is deleted again. Raises PermanentError naming both sums.
    """
    row = api.create("create order", "salesOrders", orders.body(order, api.address))
    if not (isinstance(row, dict) and row.get("number")):
        raise PermanentError("bc_no_order_number")
    number = str(row["number"])
    made = _sum_of(row) if orders.meets(order, _sum_of(row)) else _sum_now(api, number)
    if not orders.meets(order, made):
        cancel(api, number)
        raise PermanentError("bc_total", order=order.reference, made=made, due=order.total)
    return ErpOrderRef(number=number, reference=order.reference, total=made)


def cancel(api: BcApi, number: str) -> None:
    """Delete an order; raise PermanentError when anything of it was posted. One that is gone is deleted already."""
    api.change("cancel order", "DELETE", "salesOrders", lambda: _to_delete(api, number))


def _to_delete(api: BcApi, number: str) -> Row | None:
    """Return the order to delete, None when it is gone; raise PermanentError when it has come too far."""
    found = gather(api, [number])[0]
    if found.shipments or found.invoices or (found.order and documents.is_shipped(found.order)):
        raise PermanentError("bc_delivered", number=number, status=REFUSED)
    return found.order


def _sum_of(row: Row) -> Decimal:
    return amount(row.get("totalAmountIncludingTax"))


def _sum_now(api: BcApi, number: str) -> Decimal:
    """Return what an order comes to when it is read anew: its sum is computed after its lines are in."""
    row = gather(api, [number])[0].order
    return _sum_of(row) if row else Decimal(0)


def _found(name: str, number: str, reference: str, row: Row) -> ErpOrderRef:
    """Return the order that a record belongs to; a document's sum is that of a part of it."""
    total = _sum_of(row) if name == "salesOrders" else None
    customer = row.get("customerNumber") or ""
    return ErpOrderRef(number=number, reference=reference, customer_code=customer, total=total)
