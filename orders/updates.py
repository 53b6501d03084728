"""Resource order_news: read what the ERPs have made of orders, and keep each fact once.

A delta reads what has changed since the last run, with an overlap; a full run reads all since the oldest order
that is not finished, so that clocks that jump or differ lose nothing for longer than a night.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DataError
from django.utils import timezone

from connectors.erp.base import ErpOrderNews
from connectors.errors import HubError, PermanentError
from hub import gateways, registry, runs, work
from hub.models import Application, ErpConnection, OutboxMessage, SyncRow, SyncRun
from hub.models.runs import UNSAID
from hub.models.work import State
from orders import news
from orders.identifying import storable
from orders.keepable import refuse_unkeepable
from orders.known import documents_of
from orders.models import Document, Order
from orders.sending import find_application, is_about, reference_of

NAME = "order_news"
# A run works in parts, so that no worker is held for long and a killed one loses little.
PART = 20.0
PAGE = 100
FIRST = timedelta(days=1)
# What an ERP's answer may hold that no adapter has seen to: NUL, NaN, a sum beyond all columns, a day without a zone.
ODD = (DataError, ArithmeticError, TypeError, ValueError)
# There is nothing to mend where numbers have begun again, so it is said once.
OTHER = "erp_order_other"
Action, Phase = SyncRow.Action, SyncRun.Phase
ENDED = (Order.Status.INVOICED, Order.Status.CANCELLED)


def resource() -> registry.Resource:
    """Return what a run over the ERPs' news does."""
    return registry.Resource(name=NAME, run=run, wanted=wanted, has_preview=False)


def wanted() -> bool:
    """Return whether there is any order; one that is invoiced may still be credited."""
    return Order.objects.exists()


def run(item: SyncRun) -> State | None:
    """Do the next part of a run; where the next page begins is kept after each."""
    until = time.monotonic() + PART
    if "left" not in item.cursor:
        places = item.cursor.get("places", {})
        runs.store(item, cursor={"left": connections(), "late": [], "places": places})
    while item.cursor["left"]:
        if time.monotonic() > until:
            return State.PENDING
        _read(item, item.cursor["left"][0])
    runs.store(item, phase=Phase.SENT)
    return runs.ending(item)


def _read(item: SyncRun, name: str) -> None:
    """Read the next page of an ERP's news; one that cannot be read is put behind the others, and stops the run there.

    The next try goes on where that one was, and reads the others from the start: it may be hours later.
    """
    try:
        _page(item, ErpConnection.objects.get(name=name))
    except HubError:
        others = item.cursor["left"][1:]
        if name in item.cursor["late"] or not others:
            runs.store(item, cursor={"places": item.cursor["places"]})
            raise
        runs.store(item, cursor=item.cursor | {"left": [*others, name], "late": [*item.cursor["late"], name]})


def read_order(message: OutboxMessage) -> None:
    """Message erp.order_news: read one order by itself, which the ERP may have changed before we knew its number."""
    order = Order.objects.get(pk=message.subject.removeprefix("order:"))
    application = find_application(order)
    connection = application.erp_connection
    found = gateways.erp(connection.name).order_news(order.erp_order_no)
    if found:
        _refuse_other(order, found, application)
        refuse_unkeepable(found)
        news.take(order, found, has_documents=connection.has_documents)


def connections() -> list[str]:
    """Return the names of the ERP connections that active applications use."""
    rows = Application.objects.filter(is_active=True).order_by()
    return sorted(rows.values_list("erp_connection__name", flat=True).distinct())


def since(item: SyncRun) -> datetime:
    """Return the lower bound: the last run's start, or the oldest unfinished order's; never later than just now.

    A clock that was ahead in the last run must not make this one wait for it.
    """
    now = timezone.now()
    if item.since:
        return min(item.since, now - runs.OVERLAP)
    oldest = Order.objects.exclude(status__in=ENDED).order_by("received_at").values_list("received_at", flat=True)
    return min(oldest.first() or now, now - FIRST)


def _page(item: SyncRun, connection: ErpConnection) -> None:
    places = item.cursor["places"]
    after = places.get(connection.name, "")
    page = gateways.erp(connection.name).list_news(since=since(item), after=after, limit=PAGE)
    if page.next and page.next == after:
        raise PermanentError("erp_news_again", place=after)
    work.beat(item)
    orders = _orders(connection, [*(one.number for one in page.orders), *(number for number, _ in page.unreadable)])
    documents = documents_of(orders.values())
    for found in page.orders:
        order = orders.get(found.number)
        if order and not _is_known(order, found, documents[order.pk], connection):
            _take(item, order, found, connection)
    for number, why in page.unreadable:
        if number in orders:
            _keep(item, orders[number], Action.FAILED, message=why)
    runs.count_up(item, read=len(page.orders) + len(page.unreadable))
    left = item.cursor["left"] if page.next else item.cursor["left"][1:]
    runs.store(item, cursor=item.cursor | {"left": left, "places": places | {connection.name: page.next}})


def _orders(connection: ErpConnection, found: Sequence[str]) -> dict[str, Order]:
    """Return the hub's orders among the ERP's numbers of a page, by them; the rest of them are nobody's here."""
    keys = Application.objects.filter(erp_connection=connection).values_list("key", flat=True)
    numbers = list(filter(storable, found))
    rows = Order.objects.filter(erp_order_no__in=numbers, application_key__in=list(keys)).defer("body")
    return {row.erp_order_no: row for row in rows}


def _is_known(order: Order, found: ErpOrderNews, documents: Sequence[Document], connection: ErpConnection) -> bool:
    """Return whether an order need not be looked at: runs overlap, so most of a page is as it was."""
    try:
        return news.is_known(order, found, documents, has_documents=connection.has_documents)
    except ODD:
        return False


def _take(item: SyncRun, order: Order, found: ErpOrderNews, connection: ErpConnection) -> None:
    try:
        _refuse_other(order, found, find_application(order))
        refuse_unkeepable(found)
        taken = news.take(order, found, has_documents=connection.has_documents)
    except PermanentError as error:
        failure = runs.row_failure(error)
        if error.code != OTHER or _is_new(item, order, failure["message"]):
            _keep(item, order, Action.FAILED, **failure)
        return
    except ODD as error:
        # Its own text may quote the buyer. One order must not keep the news of all the others.
        failure = runs.row_failure(PermanentError("news_unkeepable", fault=type(error).__name__))
        _keep(item, order, Action.FAILED, **failure)
        return
    if taken.facts:
        _keep(item, order, Action.ACCEPTED, message="; ".join((*taken.facts, *taken.skipped)))
    elif taken.skipped and _is_new(item, order, text := "; ".join(taken.skipped)):
        _keep(item, order, Action.SKIPPED, message=text)


def _refuse_other(order: Order, found: ErpOrderNews, application: Application) -> None:
    """Raise PermanentError for an order that has the number and not the reference: an ERP may number anew."""
    if not is_about(found.reference, order, application):
        raise PermanentError(OTHER, number=found.number, reference=reference_of(order, application))


def _is_new(item: SyncRun, order: Order, text: str) -> bool:
    """Return whether the last run that had anything to say of the order said something else: runs overlap."""
    last = SyncRow.objects.filter(subject=order.subject, run__resource=NAME).order_by("-pk")
    return last.values_list("message", flat=True).first() != text


def _keep(item: SyncRun, order: Order, action: str, **told: Any) -> None:
    SyncRow.objects.update_or_create(
        run=item,
        subject=order.subject,
        defaults={"erp_code": order.erp_order_no, "action": action, **UNSAID, **told},
    )
