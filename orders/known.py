"""What the hub knows of orders' documents, for many orders in two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from connectors.erp.base import ErpOrderNews
from orders.changed import counterpart, differs
from orders.gone import kind_of, numbers
from orders.models import DeliveryNote, Document, Invoice, Order


def documents_of(orders: Iterable[Order]) -> dict[int, list[Document]]:
    """Return the documents of some orders by order id, oldest first; an order without any has an empty list."""
    keys = [order.pk for order in orders]
    found: dict[int, list[Document]] = defaultdict(list)
    for model in (DeliveryNote, Invoice):
        for document in model._default_manager.filter(order__in=keys).order_by("pk"):
            found[document.order_id].append(document)
    return found


def are_as_known(news: ErpOrderNews, documents: Sequence[Document]) -> bool:
    """Return whether the ERP has exactly the documents that are known, as they are known."""
    there = {(kind, number) for kind, them in numbers(news).items() for number in them}
    if there != {(kind_of(one), one.number) for one in documents if one.gone_at is None}:
        return False
    pairs = ((one, counterpart(one, news)) for one in documents)
    return not any(fact and differs(document, fact, news) for document, fact in pairs)
