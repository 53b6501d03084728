"""What must be known of a document before Norce is told of it: what became of earlier calls, and how it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from connectors.errors import HoldError
from orders import changed
from orders.gone import may_be_in_norce
from orders.models import Document, Invoice, Order, Posting
from orders.posting import settle

Row = TypeVar("Row", bound=Posting)
# What news may change of a delivery note, and of an invoice or credit.
OF_DELIVERY = ("content", "gone_at", "completes")
OF_INVOICE = ("content", "gone_at", "total", "currency", "credited_number")


def settle_lost(document: Document, rows: Iterable[Row], find: Callable[[Row], int | None]) -> None:
    """Learn what became of those of a document's calls whose answers were lost; ``find`` as of `posting.settle`.

    While Norce may have a document, news leaves it as it is. One of which Norce has nothing after all is told as the
    ERP has it now, so the ERP is asked. Raises HoldError for one that the ERP has taken back.
    """
    lost = [row for row in rows if row.posting_since]
    for row in lost:
        settle(row, partial(find, row))
    if lost and not may_be_in_norce(document):
        changed.catch_up(document)
    _refuse_gone(document)


def read_again(document: Document) -> None:
    """Read a document as the last news has left it, and keep further news waiting till the transaction ends.

    Raises HoldError for one that the ERP has taken back.
    """
    Order.objects.select_for_update().only("pk").get(pk=document.order_id)
    document.refresh_from_db(fields=OF_INVOICE if isinstance(document, Invoice) else OF_DELIVERY)
    _refuse_gone(document)


def _refuse_gone(document: Document) -> None:
    if document.gone_at and not may_be_in_norce(document):
        raise HoldError("gone", document=document)
