"""What the three states of a Tryton sale mean together: pure functions."""

from __future__ import annotations

from connectors.erp.base import ErpStatus
from connectors.erp.tryton_rpc import Row

# Deliveries and invoices are told by their documents; these words are for the list of a buyer's orders.
BY_INVOICE = {"awaiting payment": ErpStatus.INVOICED, "paid": ErpStatus.INVOICED}
BY_SHIPMENT = {"sent": ErpStatus.DELIVERED, "partially shipped": ErpStatus.PARTLY_DELIVERED}


def is_cancelled(sale: Row) -> bool:
    """Return whether a sale is cancelled, also one that came to its end with nothing shipped and nothing invoiced."""
    ended = sale["state"] == "done"
    return bool(sale["state"] == "cancelled" or (ended and sale["shipment_state"] == sale["invoice_state"] == "none"))


def status(sale: Row) -> ErpStatus:
    """Return where a sale stands."""
    if is_cancelled(sale):
        return ErpStatus.CANCELLED
    if sale["shipment_state"] in BY_SHIPMENT:
        delivered = BY_SHIPMENT[sale["shipment_state"]]
        is_invoiced = delivered == ErpStatus.DELIVERED and sale["invoice_state"] in BY_INVOICE
        return ErpStatus.INVOICED if is_invoiced else delivered
    return ErpStatus.OPEN
