"""The calls that an invoice or a credit note takes, one for each reservation or capture that has a share in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain, count
from typing import Any

from django.db import transaction

from connectors.errors import HoldError
from orders.models import Capture, Invoice
from orders.posting import BEGUN
from orders.retelling import read_again

Plan = Callable[[Decimal], list[dict[str, Any]]]


def parts_of(document: Invoice, plan: Plan) -> list[Capture]:
    """Return a document's calls, kept before the first of them is made.

    The document is read again: news may have changed it since it was read. What Norce has, or may have, stays as it
    was decided. The rest is planned anew with ``plan``, because a person may have let other documents pass it
    meanwhile. Raises as ``plan`` does, and HoldError for one that the ERP has taken back, or whose number Norce has.
    """
    with transaction.atomic():
        read_again(document)
        rows = Capture.objects.filter(invoice=document).order_by("pk")
        rows.exclude(BEGUN).delete()
        kept = list(rows.select_related("credited"))
        rest = document.total - sum((one.amount for one in kept), Decimal(0))
        planned = plan(rest) if rest or not kept else []
        numbers = _numbers(document)
        return kept + [Capture.objects.create(invoice=document, number=next(numbers), **one) for one in planned]


def _numbers(document: Invoice) -> Iterator[str]:
    """Yield the numbers that are free for a document's calls: its own, then with suffixes that nothing else has."""
    begun = Capture.objects.filter(BEGUN, invoice__order=document.order_id)
    other = begun.filter(number=document.number).exclude(invoice=document).select_related("invoice").first()
    if other:
        raise HoldError("number_taken", number=document.number, other=other.invoice)
    documents = Invoice.objects.filter(order=document.order_id).exclude(pk=document.pk)
    taken = {*begun.values_list("number", flat=True), *documents.values_list("number", flat=True)}
    wanted = chain([document.number], (f"{document.number}-{place}" for place in count(2)))
    yield from (number for number in wanted if number not in taken)


def note_asked(capture: Capture) -> None:
    """Say that Norce was asked for the payment, unless its event has told already how that ended."""
    state = Capture.State.NOT_WANTED if capture.suppress else Capture.State.REQUESTED
    Capture.objects.filter(pk=capture.pk, state=Capture.State.WAITING).update(state=state)
