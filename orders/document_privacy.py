"""Take people out of what is kept of the ERP's documents: where deliveries went, and what their rows say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from hub.erasing import cleaned
from hub.person import Person
from orders.models import DeliveryNote, Document, Invoice

CHUNK = 200


def forget_addresses(orders: Sequence[int]) -> int:
    """Blank where the deliveries of some orders (by id) went; return of how many notes."""
    notes = [note for note in DeliveryNote.objects.filter(order__in=orders) if note.content.get("address")]
    for note in notes:
        note.content = note.content | {"address": {}}
    DeliveryNote.objects.bulk_update(notes, ["content"], batch_size=CHUNK)
    return len(notes)


def erase(person: Person, orders: Sequence[int]) -> dict[str, int]:
    """Take a person out of the documents of their orders (by id); return how many of each held anything.

    An address goes whole, because a street alone finds somebody; of texts only the person's names do.
    """
    with transaction.atomic():
        number = forget_addresses(orders)
        return {
            "deliverynote": number + _clean(DeliveryNote, person, orders),
            "invoice": _clean(Invoice, person, orders),
        }


def _clean(model: type[Document], person: Person, orders: Sequence[int]) -> int:
    changed: list[Any] = []
    for document in model._default_manager.filter(order__in=orders):
        after = cleaned(document.content, lambda text: person.without(text, own=True))
        if after != document.content:
            document.content = after
            changed.append(document)
    model._default_manager.bulk_update(changed, ["content"], batch_size=CHUNK)
    return len(changed)
