"""A document that the ERP has no more: what was not told of it is not told, what was is a person's to look at."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpOrderNews
from hub import alerts, by_hand, work
from hub.models import Attempt, OutboxMessage
from hub.models.work import State
from orders.models import DeliveryNote, Document, Invoice, Order
from orders.posting import BEGUN

KINDS = {"delivery": "norce.delivery_note", "invoice": "norce.invoice", "credit": "norce.credit_payment"}
BY = "ERP"
NAMES = {
    "delivery": sentence(_("delivery %(number)s")),
    "invoice": sentence(_("invoice %(number)s")),
    "credit": sentence(_("credit %(number)s")),
}
TITLES = {
    "delivery": sentence(_("Delivery %(number)s")),
    "invoice": sentence(_("Invoice %(number)s")),
    "credit": sentence(_("Credit %(number)s")),
}
NO_MORE = sentence(_("The ERP has %(document)s no more."))
NOT_SENT = sentence(_("%(document)s is gone from the ERP; it was not sent."))
IN_NORCE = sentence(_("%(document)s is gone from the ERP; Norce has it."))
BACK = sentence(_("%(document)s is in the ERP again."))
SUBJECT = sentence(_("The ERP has %(document)s of order %(order)s no more"))
TEXT = sentence(
    _(
        "Norce has been told of %(document)s, and the ERP has deleted it. Nothing is taken back by itself. If it was a "
        "mistake, correct the order in the ERP and in Norce Admin."
    )
)


def note(order: Order, news: ErpOrderNews, documents: Iterable[Document]) -> list[str]:
    """Mark the known documents that the news lacks, or has again; return what was found, in words.

    Called in the news' transaction. One that Norce was not told of is not sent any more, unless it comes back: two
    readings may overtake each other. One that Norce has is not taken back by itself, because money may have
    moved: the operators are told.
    """
    kept = numbers(news)
    found = (_compare(order, document, document.number in kept[kind_of(document)]) for document in documents)
    return [text for text in found if text]


def numbers(news: ErpOrderNews) -> dict[str, set[str]]:
    """Return the numbers of an order's documents by their kind, as the ERP has them now."""
    return {
        "delivery": {one.number for one in news.deliveries},
        "invoice": {one.number for one in news.invoices},
        "credit": {one.number for one in news.credits},
    }


def kind_of(document: Document) -> str:
    """Return "delivery", "invoice" or "credit"."""
    return document.kind if isinstance(document, Invoice) else "delivery"


def name_of(document: Document) -> str:
    """Return what a document is called within a sentence: "invoice 5"."""
    return NAMES[kind_of(document)] % {"number": document.number}


def title_of(document: Document) -> str:
    """Return what a document is called at the beginning of a sentence: "Invoice 5"."""
    return TITLES[kind_of(document)] % {"number": document.number}


def key_of(order: Order, document: Document) -> str:
    """Return the key of the message that tells Norce of a document."""
    return f"{KINDS[kind_of(document)]}:{order.pk}:{document.number}"


def may_be_in_norce(document: Document) -> bool:
    """Return whether Norce has a document, or an answer about it is missing."""
    if isinstance(document, Invoice):
        return document.captures.filter(BEGUN).exists()
    assert isinstance(document, DeliveryNote)
    return bool(document.posting_since or document.sent_at)


def _compare(order: Order, document: Document, is_there: bool) -> str:
    if is_there == (document.gone_at is None):
        return ""
    type(document)._default_manager.filter(pk=document.pk).update(gone_at=None if is_there else timezone.now())
    message = OutboxMessage.objects.filter(key=key_of(order, document)).first()
    return _returned(document, message) if is_there else _lost(order, document, message)


def _lost(order: Order, document: Document, message: OutboxMessage | None) -> str:
    name, title = {"document": name_of(document)}, {"document": title_of(document)}
    if not may_be_in_norce(document) and _is_stopped(message, NO_MORE % name):
        return NOT_SENT % title
    alerts.put(
        key=f"gone:{key_of(order, document)}",
        subject=SUBJECT % {**name, "order": order},
        text=TEXT % name,
        path=f"/admin/orders/order/{order.pk}/change/",
    )
    return IN_NORCE % title


def _returned(document: Document, message: OutboxMessage | None) -> str:
    """Let a document that is there again be told after all, if it was not a person who gave it up."""
    text = BACK % {"document": title_of(document)}
    if message and message.state == State.CANCELLED and not may_be_in_norce(document) and _was_ours(message):
        # A person may be quicker.
        with suppress(by_hand.NotAllowed):
            by_hand.retry(message, by=BY, reason=text)
    return text


def _was_ours(message: OutboxMessage) -> bool:
    last = Attempt.objects.filter(**work.key_of(message)).order_by("-number").first()
    return last is not None and last.asked_by == BY


def _is_stopped(message: OutboxMessage | None, reason: str) -> bool:
    """Give a message up; return False for one that is being worked on just now, or was done."""
    if message is None or message.state == State.CANCELLED:
        return True
    try:
        by_hand.cancel(message, by=BY, reason=reason)
    except by_hand.NotAllowed:
        return False
    return True
