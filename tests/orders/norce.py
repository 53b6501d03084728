"""Norce as the tests of order events need it: it tells the hub something, and answers what the hub asks then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import HubError
from connectors.norce.types.order_updates import OrderStatus
from connectors.norce.types.query import InvoiceRow, OrderRow
from hub import gateways, inbox
from hub.models import InboxEvent

ORDER_ID, INVOICE_ID = 70001, 880
REF = "5100231"
PLACE: dict[str, Any] = {"ClientId": 1900, "ApplicationId": 1901, "ClientOrderRef": REF, "Source": "WEB"}
PLACED = PLACE | {"OrderId": ORDER_ID, "OrderNo": REF}
PAID = {"PaymentCode": "77", "PaymentMethodCode": "CARD", "PaymentRef": "psp-0011224821", "Amount": 1596.1}
BODIES: dict[str, dict[str, Any]] = {
    "OrderReceivedEvent": PLACE | {"Email": "maja.provberg@example.com", "FirstName": "Maja"},
    "OrderPaymentReceivedEvent": PLACE | PAID | {"ErpOrderNo": "SO100001", "CurrencyCode": "SEK"},
    "InvoiceCaptureCompletedEvent": {"ClientId": 1900, "ApplicationId": 1901, "CapturedInvoiceId": INVOICE_ID},
}


class FakeQuery:
    """Norce Query with one order and one invoice; ``errors`` are raised by the next calls, one each."""

    def __init__(self) -> None:
        self.errors: list[HubError] = []
        self.orders: dict[int, OrderRow] = {}
        self.invoices: dict[int, InvoiceRow] = {}
        self.asked = 0

    def say(self, status: OrderStatus, **members: Any) -> None:
        """Let the order have a status."""
        row = {"id": ORDER_ID, "application_id": 1901, "quotation_id": int(REF), "source": "WEB"} | members
        self.orders[ORDER_ID] = OrderRow(**row, status_id=status.id)

    def show_invoice(self) -> None:
        """Let the order have an invoice."""
        self.invoices[INVOICE_ID] = InvoiceRow(id=INVOICE_ID, invoice_no="F-77", reference_order_id=ORDER_ID)

    def order(self, id: int, *, application_id: int | None = None) -> OrderRow | None:
        """Answer as `NorceQuery.order`."""
        self._ask()
        return self.orders.get(id)

    def invoice(self, id: int) -> InvoiceRow | None:
        """Answer as `NorceQuery.invoice`."""
        self._ask()
        return self.invoices.get(id)

    def _ask(self) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture
def norce(monkeypatch: pytest.MonkeyPatch) -> FakeQuery:
    """What Norce Query answers."""
    query = FakeQuery()
    monkeypatch.setattr(gateways, "norce_query", lambda application_id=None: query)
    return query


def tell(name: str, **members: Any) -> InboxEvent | None:
    """Let Norce tell the hub something about the first sample order; return the event kept last."""
    inbox.receive(event_type=name, body=json.dumps(BODIES.get(name, PLACED) | members).encode())
    return InboxEvent.objects.filter(event_type=name).order_by("-pk").first()


def told(name: str, **members: Any) -> InboxEvent:
    """Let Norce tell the hub something that is kept; return the event."""
    event = tell(name, **members)
    assert event is not None
    return event
