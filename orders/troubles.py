"""Which orders need a person or wait: told from their work, by the partial indexes of the work tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from hub.models import InboxEvent, OutboxMessage
from hub.models.work import TROUBLED, State
from hub.panels import MOST
from orders.models import Order

PREFIX = "order:"
LATE = timedelta(minutes=15)
Model = type[OutboxMessage] | type[InboxEvent]
STOPPING: tuple[Model, ...] = (OutboxMessage, InboxEvent)


def about_orders(*states: str, model: Model = OutboxMessage) -> QuerySet[Any]:
    """Return the work about orders in some states, newest first."""
    return model._default_manager.filter(state__in=states, subject__startswith=PREFIX).order_by("-pk")


def order_ids(*messages: QuerySet[Any]) -> list[int]:
    """Return the orders that some work is about, the latest thousand of each, and one more if there are more.

    Two steps instead of a join: ``subject`` is a text, and the trouble is few while orders are many.
    """
    subjects = [subject for rows in messages for subject in rows.values_list("subject", flat=True)[: MOST + 1]]
    return sorted({int(subject.removeprefix(PREFIX)) for subject in subjects})


def all_ids(*messages: QuerySet[Any]) -> QuerySet[Any]:
    """Return the statement that finds all orders that some work is about, for use within another one."""
    number = Cast(Substr("subject", len(PREFIX) + 1), BigIntegerField())
    first, *others = (rows.order_by().values_list(number) for rows in messages)
    return first.union(*others, all=True)


def stopped(*states: str, **cause: str) -> tuple[QuerySet[Any], ...]:
    """Return the work and Norce's events about orders that are held or failed; ``cause`` are columns and values."""
    return tuple(about_orders(*(states or TROUBLED), model=model).filter(**cause) for model in STOPPING)


def late() -> tuple[QuerySet[Any], ...]:
    """Return the work of orders that have waited for their ERP number for over 15 minutes."""
    limit = timezone.now() - LATE
    groups = ((State.PENDING,), (State.RUNNING,), TROUBLED)
    return tuple(about_orders(*states).filter(kind="erp.order", created_at__lt=limit) for states in groups)


def through(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Keep the orders that are in the ERP, and of which nothing has stopped."""
    return orders.exclude(erp_order_no="").exclude(pk__in=all_ids(*stopped()))


def outside(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Keep the orders that are not in the ERP without having stopped: they wait, or were cancelled before."""
    return orders.filter(erp_order_no="").exclude(pk__in=all_ids(*stopped()))
