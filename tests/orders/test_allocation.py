"""What pays what: nothing is taken beyond what is left, and all of a total is taken or nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.allocation import Source, allocate, left_of

CENTS = st.integers(0, 10**6).map(lambda number: Decimal(number) / 100)
SOURCES = st.lists(CENTS, max_size=4).map(
    lambda amounts: [Source(key=str(place), left=amount) for place, amount in enumerate(amounts)]
)


@given(CENTS, SOURCES)
def test_all_of_it_is_paid_or_nothing_and_no_source_gives_more_than_it_has(
    total: Decimal, sources: list[Source]
) -> None:
    parts = allocate(total, sources)
    enough = sum(source.left for source in sources) >= total
    assert (parts is not None) == enough
    left = {source.key: source.left for source in sources}
    assert all(0 < amount <= left[key] for key, amount in parts or [])
    assert sum(amount for _, amount in parts or []) == (total if enough else 0)


@pytest.mark.parametrize(
    ("total", "parts"),
    [("100", [("gift", "100")]), ("250", [("gift", "200"), ("card", "50")]), ("0", []), ("1000.01", None)],
)
def test_sources_are_used_as_they_stand(total: str, parts: list[tuple[str, str]] | None) -> None:
    sources = [Source(key="gift", left=Decimal(200)), Source(key="card", left=Decimal(800))]
    found = allocate(Decimal(total), sources)
    assert found == (None if parts is None else [(key, Decimal(amount)) for key, amount in parts])


@given(st.lists(st.tuples(st.sampled_from("ab"), CENTS), max_size=6))
def test_what_is_used_is_left_no_more(used: list[tuple[str, Decimal]]) -> None:
    whole = Decimal(100)
    left = {source.key: source.left for source in left_of([("a", whole), ("b", whole)], used)}
    for key in "ab":
        assert left[key] == max(whole - sum(amount for name, amount in used if name == key), Decimal(0))
