"""Which reservation pays how much of an invoice, and which capture gives how much of a credit back: pure functions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Source(Generic[K]):
    """A reservation or a capture, and how much of it is ``left``."""

    key: K
    left: Decimal


def allocate(total: Decimal, sources: Sequence[Source[K]]) -> list[tuple[K, Decimal]] | None:
    """Return key and amount of what each source gives to ``total``, in the order of the sources.

    None when they have not enough left together: more is never taken than there is.
    """
    rest = total
    taken = []
    for source in sources:
        amount = min(rest, source.left)
        if amount > ZERO:
            taken.append((source.key, amount))
            rest -= amount
    return taken if rest == ZERO else None


def left_of(amounts: Iterable[tuple[K, Decimal]], used: Iterable[tuple[K, Decimal]]) -> list[Source[K]]:
    """Return the sources of ``amounts`` (key and whole amount) with what ``used`` has left of each, as they stand.

    Amounts of the same key are one source.
    """
    whole: dict[K, Decimal] = {}
    for key, amount in amounts:
        whole[key] = whole.get(key, ZERO) + amount
    spent: dict[K, Decimal] = {}
    for key, amount in used:
        spent[key] = spent.get(key, ZERO) + amount
    return [Source(key=key, left=max(amount - spent.get(key, ZERO), ZERO)) for key, amount in whole.items()]
