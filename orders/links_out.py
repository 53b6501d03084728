"""Where an order, its customer and its invoices are looked at in Norce's admin and in the ERP."""

from __future__ import annotations

from dataclasses import dataclass

from hub.models import Application
from hub.url_patterns import filled
from orders.models import Order


@dataclass(frozen=True, kw_only=True)
class LinksOut:
    """Addresses outside; "" where nobody has set one or the number is not known yet."""

    norce_order: str = ""
    erp_order: str = ""
    erp_customer: str = ""
    invoice_pattern: str = ""

    def invoice(self, number: str) -> str:
        """Return the address of an invoice or a credit note in the ERP."""
        return filled(self.invoice_pattern, number=number)


def links_out(order: Order, application: Application | None) -> LinksOut:
    """Return the addresses for one order."""
    if application is None:
        return LinksOut()
    connection = application.erp_connection
    return LinksOut(
        norce_order=filled(application.order_url, number=order.client_order_ref, application=application.number),
        erp_order=filled(connection.order_url, number=order.erp_order_no),
        erp_customer=filled(connection.customer_url, code=order.customer_code),
        invoice_pattern=connection.invoice_url,
    )
