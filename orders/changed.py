"""A document that the ERP has changed after the hub saw it: what is not told yet is told as it is now."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpCredit, ErpDelivery, ErpDocumentRow, ErpInvoice, ErpOrderNews
from hub import alerts
from hub.models import OutboxMessage
from hub.models.work import State
from orders import content
from orders.gone import key_of, kind_of, may_be_in_norce, name_of, title_of
from orders.models import Document, Invoice, Order

Fact = ErpDelivery | ErpInvoice | ErpCredit
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
    changed = [(document, fact) for document, fact in pairs if fact and differs(document, fact)]
    early = [(document, fact) for document, fact in changed if not may_be_in_norce(document)]
    late = [document for document, _ in changed if may_be_in_norce(document)]
    running = OutboxMessage.objects.filter(subject=order.subject, state=State.RUNNING)
    busy = set(running.values_list("key", flat=True)) if early else set()
    told = [_update(document, fact) for document, fact in early if key_of(order, document) not in busy]
    return told, [_warn(order, document) for document in late]


def counterpart(document: Document, news: ErpOrderNews) -> Fact | None:
    """Return what the ERP has of a known document now, None when it has it no more."""
    facts: dict[str, tuple[Fact, ...]] = {
        "delivery": news.deliveries,
        "invoice": news.invoices,
        "credit": news.credits,
    }
    return next((fact for fact in facts[kind_of(document)] if fact.number == document.number), None)


def differs(document: Document, fact: Fact) -> bool:
    """Return whether quantities, prices or the total of a document are others than those kept.

    Texts and addresses are not compared: the kept ones may have been erased.
    """
    rows_differ = list(map(_essence, content.rows(document.content))) != list(map(_essence, fact.rows))
    return rows_differ or _sums(document) != _sums(fact)


def _sums(document: Document | Fact) -> tuple[Decimal, str] | None:
    """Return total and currency, None of a delivery."""
    if isinstance(document, Invoice | ErpInvoice | ErpCredit):
        return content.money(document.total), document.currency
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


def _update(document: Document, fact: Fact) -> str:
    columns: dict[str, Any] = {"content": document.content | {"rows": content.as_content(fact)["rows"]}}
    if not isinstance(fact, ErpDelivery):
        columns |= {"total": content.money(fact.total), "currency": fact.currency}
    type(document)._default_manager.filter(pk=document.pk).update(**columns)
    return CHANGED % {"document": title_of(document)}
