"""Keep what the ERP has made of an order: each new fact once, with the message that tells Norce of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence, words
from connectors.erp.base import ErpCredit, ErpDelivery, ErpInvoice, ErpOrderNews, ErpStatus
from hub import outbox
from orders import changed as changes
from orders import cut, gone, states
from orders.completing import is_completed_by
from orders.content import as_content, money
from orders.known import are_as_known, documents_of
from orders.models import DeliveryNote, Document, Invoice, Order

S = Order.Status
WORDS = words(S)
ALREADY = sentence(_("%(status)s: the order is %(now)s already."))
REST_ONLY = sentence(_("%(status)s: the ERP has delivered or invoiced of it, so only the rest is cancelled."))
# What an ERP says by a status; what is delivered and invoiced follows from its documents, where it has any.
STATUSES = {
    ErpStatus.ALLOCATION: S.ALLOCATION,
    ErpStatus.CONFIRMED: S.CONFIRMED,
    ErpStatus.BACK_ORDER: S.BACK_ORDER,
    ErpStatus.READY_FOR_PICKUP: S.READY_FOR_PICKUP,
    ErpStatus.CANCELLED: S.CANCELLED,
    ErpStatus.PARTLY_DELIVERED: S.PARTLY_DELIVERED,
    ErpStatus.DELIVERED: S.DELIVERED,
    ErpStatus.INVOICED: S.INVOICED,
}
BY_DOCUMENTS = (S.PARTLY_DELIVERED, S.DELIVERED, S.INVOICED)
DELIVERY, INVOICE, CREDIT = "norce.delivery_note", "norce.invoice", "norce.credit_payment"
STATUS, CANCEL = "norce.order_status", "norce.cancel_order"


@dataclass(kw_only=True)
class Taken:
    """What came of an order's news: ``facts`` that are new, and in ``skipped`` why a step was not taken."""

    facts: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def take(order: Order, news: ErpOrderNews, *, has_documents: bool = True) -> Taken:
    """Keep an order's news and put what Norce must be told, in one transaction, oldest first.

    A fact is told for ever once, by its key (order and document number), however often and in whatever order
    it is read. A step that would go back is no step. ``has_documents`` False: the ERP has no delivery
    notes and invoices, so its statuses are told in their place.
    """
    taken = Taken()
    with transaction.atomic():
        row = Order.objects.select_for_update().defer("body").get(pk=order.pk)
        documents = documents_of([row])[row.pk]
        if row.invoiced_in_full != news.is_invoiced_in_full:
            Order.objects.filter(pk=row.pk).update(invoiced_in_full=news.is_invoiced_in_full)
        for document in _new_documents(documents, news):
            taken.facts.append(_keep(row, document, news))
        status = _status_of(news, has_documents=has_documents)
        if status:
            _take_status(row, status, news, taken)
        changed, skipped = changes.note(row, news, documents)
        taken.facts += [*changed, *gone.note(row, news, documents)]
        taken.skipped += skipped
        taken.facts += cut.note(row, news)
    return taken


def is_known(order: Order, news: ErpOrderNews, documents: Sequence[Document], *, has_documents: bool = True) -> bool:
    """Return whether `take` would find nothing in an order's news; ``documents`` are those the hub knows of it."""
    status = _status_of(news, has_documents=has_documents)
    same = order.invoiced_in_full == news.is_invoiced_in_full and status in (None, order.status)
    return same and are_as_known(news, documents)


def _status_of(news: ErpOrderNews, *, has_documents: bool) -> S | None:
    status = STATUSES.get(news.status)
    return None if has_documents and status in BY_DOCUMENTS else status


def _take_status(order: Order, status: S, news: ErpOrderNews, taken: Taken) -> None:
    if status == order.status:
        return
    if not states.may_follow(status, order.status):
        taken.skipped.append(ALREADY % {"status": WORDS[status], "now": WORDS[order.status]})
        return
    if status == S.CANCELLED and (news.deliveries or news.invoices):
        taken.skipped.append(REST_ONLY % {"status": WORDS[status]})
        return
    if status == S.CANCELLED:
        # Told before the status is taken: what the order was says whether Norce's payments are released.
        states.advance(order, status)
        _put(order, CANCEL, "", {})
    else:
        states.advance(order, status)
        _put(order, STATUS, str(status), _told(status, news))
    taken.facts.append(WORDS[status])


def _told(status: S, news: ErpOrderNews) -> dict[str, Any]:
    return {"status": states.NORCE[status].value, "rows": _row_statuses(news), "infos": dict(news.infos)}


def _row_statuses(news: ErpOrderNews) -> dict[str, str]:
    """Return Norce's status by row number of the rows of which the ERP says one."""
    told = {row.line_no: STATUSES.get(row.status) for row in news.rows if row.status}
    return {str(line_no): states.NORCE[status].value for line_no, status in told.items() if status}


Fact = ErpDelivery | ErpInvoice | ErpCredit


def _new_documents(documents: Iterable[Document], news: ErpOrderNews) -> list[Fact]:
    """Return what the hub has not seen yet, oldest first; a delivery before its invoice, a credit behind its own."""
    invoices = {one.number for one in documents if isinstance(one, Invoice)}
    notes = {one.number for one in documents if isinstance(one, DeliveryNote)}
    new: list[Fact] = [
        *(one for one in news.deliveries if one.number not in notes),
        *(one for one in news.invoices if one.number not in invoices),
        *(one for one in news.credits if one.number not in invoices),
    ]
    invoiced = {one.number: one.invoiced_at for one in news.invoices}
    return sorted(new, key=lambda one: _moment(one, invoiced))


def _moment(document: Fact, invoiced: Mapping[str, datetime]) -> datetime:
    match document:
        case ErpDelivery():
            return document.delivered_at
        case ErpInvoice():
            return document.invoiced_at
        case ErpCredit():
            # A posting date may lie before the invoice's; what is equal stays in sequence.
            return max(document.credited_at, invoiced.get(document.credited_invoice, document.credited_at))


def _keep(order: Order, document: Fact, news: ErpOrderNews) -> str:
    match document:
        case ErpDelivery():
            return _keep_delivery(order, document, news)
        case ErpInvoice():
            return _keep_invoice(order, document)
        case ErpCredit():
            return _keep_credit(order, document)


def _keep_delivery(order: Order, document: ErpDelivery, news: ErpOrderNews) -> str:
    completes = is_completed_by(news, document)
    note = DeliveryNote.objects.create(
        order=order,
        number=document.number,
        made_at=document.delivered_at,
        content=as_content(document),
        completes=completes,
    )
    _put(order, DELIVERY, note.number, {"id": note.pk})
    return gone.title_of(note)


def _keep_invoice(order: Order, document: ErpInvoice) -> str:
    invoice = Invoice.objects.create(
        order=order,
        number=document.number,
        made_at=document.invoiced_at,
        due_at=document.due_at,
        currency=document.currency,
        total=money(document.total),
        content=as_content(document),
    )
    _put(order, INVOICE, invoice.number, {"id": invoice.pk})
    return gone.title_of(invoice)


def _keep_credit(order: Order, document: ErpCredit) -> str:
    credit = Invoice.objects.create(
        order=order,
        kind=Invoice.Kind.CREDIT,
        number=document.number,
        credited_number=document.credited_invoice,
        made_at=document.credited_at,
        currency=document.currency,
        total=money(document.total),
        content=as_content(document),
    )
    _put(order, CREDIT, credit.number, {"id": credit.pk})
    return gone.title_of(credit)


def _put(order: Order, kind: str, name: str, payload: dict[str, Any]) -> None:
    outbox.put(
        kind=kind,
        system="norce",
        subject=order.subject,
        key=":".join(filter(None, (kind, str(order.pk), name))),
        payload=payload,
    )
