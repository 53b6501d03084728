"""A document that the ERP has changed after the hub saw it: what is not told yet is told as it is now."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpCredit, ErpDelivery, ErpDocumentRow, ErpInvoice, ErpOrderNews, ErpParcel
from hub import alerts, gateways
from hub.models import OutboxMessage
from hub.models.work import State
from orders import content
from orders.completing import is_completed_by
from orders.gone import key_of, kind_of, may_be_in_norce, name_of, title_of
from orders.keepable import refuse_unkeepable
from orders.models import DeliveryNote, Document, Invoice, Order
from orders.sending import find_application, is_about

Fact = ErpDelivery | ErpInvoice | ErpCredit
# What of a document's content is compared; the rest stays as it was first seen.
COMPARED = ("rows", "parcels")
CHANGED = sentence(_("%(document)s was changed in the ERP."))
CHANGED_LATE = sentence(_("%(document)s was changed in the ERP after Norce was told."))
SUBJECT = sentence(_("The ERP has changed %(document)s of order %(order)s"))
TEXT = sentence(
    _(
        "Norce was told of %(document)s before, and keeps it as it was. Compare the two, and correct what is wrong in "
        "the ERP by a credit note or a new document."
    )
)


def note(order: Order, news: ErpOrderNews, documents: Iterable[Document]) -> tuple[list[str], list[str]]:
    """Bring known documents that have changed up to date; return in words which, and which could not be any more.

    Called in the news' transaction. What Norce has, or may have, stays as Norce was told: the operators are told
    that it differs. What is being told just now is looked at in the next news.
    """
    pairs = ((document, counterpart(document, news)) for document in documents)
    changed = [(document, fact) for document, fact in pairs if fact and differs(document, fact, news)]
    early = [(document, fact) for document, fact in changed if not may_be_in_norce(document)]
    late = [document for document, _ in changed if may_be_in_norce(document)]
    running = OutboxMessage.objects.filter(subject=order.subject, state=State.RUNNING)
    busy = set(running.values_list("key", flat=True)) if early else set()
    told = [_update(document, fact, news) for document, fact in early if key_of(order, document) not in busy]
    return told, [_warn(order, document) for document in late]


def catch_up(document: Document) -> None:
    """Ask the ERP how a document is now, and keep it so, if the ERP has it. Raises PermanentError for nonsense."""
    application = find_application(document.order)
    found = gateways.erp(application.erp_connection.name).order_news(document.order.erp_order_no)
    if found is None or not is_about(found.reference, document.order, application):
        return
    refuse_unkeepable(found)
    fact = counterpart(document, found)
    if fact and differs(document, fact, found):
        _update(document, fact, found)


def counterpart(document: Document, news: ErpOrderNews) -> Fact | None:
    """Return what the ERP has of a known document now, None when it has it no more."""
    facts: dict[str, tuple[Fact, ...]] = {
        "delivery": news.deliveries,
        "invoice": news.invoices,
        "credit": news.credits,
    }
    return next((fact for fact in facts[kind_of(document)] if fact.number == document.number), None)


def differs(document: Document, fact: Fact, news: ErpOrderNews) -> bool:
    """Return whether a document is another than the one kept.

    Compared are quantities and prices, of an invoice or credit the total and what it credits, of a delivery its
    tracking numbers and, until Norce is told, whether it completes the order. Texts and addresses are not: the kept
    ones may have been erased.
    """
    if list(map(_essence, content.rows(document.content))) != list(map(_essence, fact.rows)):
        return True
    if isinstance(document, DeliveryNote) and isinstance(fact, ErpDelivery):
        return _delivers_otherwise(document, fact, news)
    return _sums(document) != _sums(fact)


def _delivers_otherwise(note: DeliveryNote, fact: ErpDelivery, news: ErpOrderNews) -> bool:
    if _numbers(content.parcels(note.content)) != _numbers(fact.parcels):
        return True
    return not may_be_in_norce(note) and note.completes != is_completed_by(news, fact)


def _numbers(parcels: Iterable[ErpParcel]) -> set[str]:
    return {parcel.number for parcel in parcels}


def _sums(document: Document | Fact) -> tuple[Decimal, str, str] | None:
    """Return total, currency and the credited invoice, None of a delivery."""
    match document:
        case Invoice():
            return document.total, document.currency, document.credited_number
        case ErpInvoice():
            return content.money(document.total), document.currency, ""
        case ErpCredit():
            return content.money(document.total), document.currency, document.credited_invoice
    return None


def _essence(row: ErpDocumentRow) -> tuple[Any, ...]:
    return row.line_no, row.part_no, row.quantity, row.unit_price, row.unit_vat


def _warn(order: Order, document: Document) -> str:
    name = {"document": name_of(document)}
    alerts.put(
        key=f"changed:{key_of(order, document)}",
        subject=SUBJECT % {**name, "order": order},
        text=TEXT % name,
        path=f"/admin/orders/order/{order.pk}/change/",
    )
    return CHANGED_LATE % {"document": title_of(document)}


def _update(document: Document, fact: Fact, news: ErpOrderNews) -> str:
    fresh = {name: value for name, value in content.as_content(fact).items() if name in COMPARED}
    columns: dict[str, Any] = {"content": document.content | fresh}
    if isinstance(fact, ErpDelivery):
        columns |= {"completes": is_completed_by(news, fact)}
    else:
        columns |= {"total": content.money(fact.total), "currency": fact.currency}
    if isinstance(fact, ErpCredit):
        columns |= {"credited_number": fact.credited_invoice}
    type(document)._default_manager.filter(pk=document.pk).update(**columns)
    return CHANGED % {"document": title_of(document)}
