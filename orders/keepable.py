"""Refuse what an ERP says of an order and no table can hold: one order's nonsense must not stop the others'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpCredit, ErpDelivery, ErpInvoice, ErpOrderNews
from connectors.errors import PermanentError
from orders.content import LARGEST_TOTAL, as_content
from orders.identifying import storable

# Norce takes 50; an invoice that several reservations pay gets a mark of its part behind its number.
LONGEST_NUMBER, LONGEST_CURRENCY = 47, 3
Document = ErpDelivery | ErpInvoice | ErpCredit
CENT = Decimal("0.01")
BROKEN_TEXT = sentence(_("text with a character that is none"))
CURRENCY = sentence(_("currency"))
TOTAL = sentence(_("total (%(total)s)"))
CREDITED = sentence(_("credited invoice"))


def refuse_unkeepable(found: ErpOrderNews) -> None:
    """Raise PermanentError for a document that cannot be kept, or whose number another of its kind has too."""
    deliveries = [one.number for one in found.deliveries]
    invoices = [*(one.number for one in found.invoices), *(one.number for one in found.credits)]
    bad = [*filter(_is_unkeepable, (*deliveries, *invoices)), *_doubles(deliveries), *_doubles(invoices)]
    if bad:
        numbers = ", ".join(map(ascii, bad))
        raise PermanentError("documents_unnumbered", order=found.number, most=LONGEST_NUMBER, numbers=numbers)
    documents: list[Document] = [*found.deliveries, *found.invoices, *found.credits]
    for document in documents:
        for name in _wrong(document):
            raise PermanentError("document_unkeepable", number=document.number, order=found.number, member=name)


def _wrong(document: Document) -> Iterator[str]:
    """Yield what of a document cannot be kept."""
    if not all(map(storable, _texts(as_content(document)))):
        yield BROKEN_TEXT
    if isinstance(document, ErpDelivery):
        return
    if not (0 < len(document.currency) <= LONGEST_CURRENCY and storable(document.currency)):
        yield CURRENCY
    if abs(document.total) >= LARGEST_TOTAL or document.total != document.total.quantize(CENT):
        yield TOTAL % {"total": document.total}
    if isinstance(document, ErpCredit) and document.credited_invoice and _is_unkeepable(document.credited_invoice):
        yield CREDITED


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _texts(list(value.values()))
        case list():
            for inner in value:
                yield from _texts(inner)


def _is_unkeepable(number: str) -> bool:
    return not 0 < len(number) <= LONGEST_NUMBER or not storable(number)


def _doubles(numbers: Sequence[str]) -> list[str]:
    return sorted({number for number in numbers if numbers.count(number) > 1})
