"""Norce's order events as they were kept, a Query that answers from a dict, and mail servers that fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend

from connectors.errors import PermanentError
from connectors.norce.types.query import DeliveryNoteRow, OrderRow
from hub import gateways
from hub.models import InboxEvent, OutboxMessage
from orders import notices
from orders.notice_samples import ORDER
from tests.conftest import PAYLOADS

KINDS = ["order_received", "order_confirmed", "ready_for_pickup", "delivered"]
EVENTS = dict(
    zip(
        KINDS,
        ("OrderReceivedEvent", "OrderConfirmedEvent", "OrderReadyForPickupEvent", "OrderDeliveredEvent"),
        strict=True,
    )
)
ELIN = "elin.exempelsson@example.com"


@dataclass
class FakeQuery:
    """Norce Query with the orders and delivery notes that a test gives it."""

    orders: dict[int, OrderRow] = field(default_factory=lambda: {9900123: replace(ORDER, currency_id=2)})
    notes: list[DeliveryNoteRow] = field(default_factory=list)
    asked: int = 0
    missing: bool = False

    def order(self, id: int, *, application_id: int | None = None) -> OrderRow | None:
        self.asked += 1
        self._refuse_missing()
        order = self.orders.get(id)
        return order if order and order.application_id == application_id else None

    def order_of_basket(self, quotation_id: int, application_id: int) -> OrderRow | None:
        return next((order for order in self.orders.values() if order.quotation_id == quotation_id), None)

    def orders_numbered(self, order_no: str, application_id: int) -> list[OrderRow]:
        return [order for order in self.orders.values() if order.order_no == order_no]

    def delivery_notes(self, order_id: int) -> list[DeliveryNoteRow]:
        self._refuse_missing()
        return [note for note in self.notes if note.reference_order_id in (None, order_id)]

    def _refuse_missing(self) -> None:
        if self.missing:
            raise PermanentError("norce answered 404", status=404)

    def country_code(self, id: int | None) -> str:
        return "SE" if id == 1 else ""

    def currency_code(self, id: int | None) -> str:
        return "SEK" if id == 2 else ""


def install(monkeypatch: pytest.MonkeyPatch) -> FakeQuery:
    """Let the hub ask a FakeQuery; return it."""
    query = FakeQuery()
    monkeypatch.setattr(gateways, "norce_query", lambda application_id=None: query)
    return query


def event(name: str = "OrderConfirmedEvent", **changes: Any) -> InboxEvent:
    """Keep an event of Norce's sample order, with members changed, as the inbox has kept it."""
    body = json.loads((PAYLOADS / f"event-{name}.json").read_text()) | {"OrderId": 9900123, "ClientOrderRef": "881204"}
    body |= changes
    subject = f"norce_order:{body['ApplicationId']}:{body['ClientOrderRef']}"
    return InboxEvent.objects.create(
        event_type=name,
        subject=subject,
        application_number=body["ApplicationId"],
        body=json.dumps(body).encode(),
        state=InboxEvent.State.DONE,
    )


def put(name: str = "OrderConfirmedEvent", **changes: Any) -> InboxEvent:
    """Keep an event and put its mail; return the event as it is then."""
    kept = event(name, **changes)
    notices.put_notice(kept)
    kept.refresh_from_db()
    return kept


def message() -> OutboxMessage:
    """Return the one mail that was put, as it is now."""
    return OutboxMessage.objects.get(kind="mail.notice")


@contextmanager
def failing(error: Exception, *, when: str = "send_messages", after: bool = False) -> Iterator[None]:
    """Let the mail server fail at a step, ``after`` having taken the mail."""
    with pytest.MonkeyPatch.context() as patch:
        original: Callable[..., Any] = getattr(EmailBackend, when)

        def fail(backend: EmailBackend, *arguments: Any) -> None:
            if after:
                original(backend, *arguments)
            raise error

        patch.setattr(EmailBackend, when, fail)
        yield
