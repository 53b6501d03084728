"""What each piece of an order's work is called: its kind, and which status, document or mail it is about."""

from __future__ import annotations

from django.conf import settings

from hub.models import InboxEvent, OutboxMessage
from hub.models.configuration import NoticeKind
from hub.work_titles import work_title
from orders import news
from orders.notices import KIND as NOTICE

DOCUMENTS = (news.DELIVERY, news.INVOICE, news.CREDIT)


def name_of(item: OutboxMessage | InboxEvent) -> str:
    """Return the name of a piece of work, "Invoice to Norce: F-77"; of an event its type in words."""
    if isinstance(item, InboxEvent):
        return work_title(item.event_type)
    return ": ".join(filter(None, (work_title(item.kind), _matter(item))))


def _matter(message: OutboxMessage) -> str:
    if message.kind == news.STATUS:
        return str(message.payload.get("status", settings.NORCE_ACK_STATUS))
    if message.kind in DOCUMENTS:
        # Norce is told each document of an order once: its number is what makes the key single.
        return message.key.split(":", 2)[-1]
    kind = message.payload.get("kind") if message.kind == NOTICE else None
    return str(NoticeKind(kind).label) if kind in NoticeKind.values else ""
