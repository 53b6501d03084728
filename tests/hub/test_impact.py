"""A proposal for the mappings: what differs, what stands for it, and who is asked what it does."""

from __future__ import annotations

import pytest

from hub import impact
from hub.impact import Impact, Proposal, propose
from hub.models import ValueMapping

BOX = ("unit", "", "Box")
PAIR = ("unit", "", "Pair")


@pytest.fixture(autouse=True)
def box(db: None) -> ValueMapping:
    """The one mapping that there is."""
    return ValueMapping.objects.create(kind="unit", norce_value="Box", erp_value="box")


def test_a_proposal_is_todays_mappings_and_what_they_would_be() -> None:
    found = propose(gone={BOX}, put={PAIR: "par"})
    assert (found.before, found.after, found.keys) == ({BOX: "box"}, {PAIR: "par"}, {BOX, PAIR})


def test_a_value_that_stays_is_no_change() -> None:
    assert propose(gone={BOX}, put={BOX: "box"}).keys == frozenset()


def test_the_same_change_has_the_same_digest_until_the_mappings_change(box: ValueMapping) -> None:
    first = propose(put={PAIR: "par"}).digest
    assert propose(put={PAIR: "par"}).digest == first
    assert propose(put={PAIR: "pair"}).digest != first
    assert propose().digest != first
    box.erp_value = "kart"
    box.save()
    assert propose(put={PAIR: "par"}).digest != first


def test_nobody_is_asked_about_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(proposal: Proposal) -> Impact:
        raise AssertionError("asked")

    monkeypatch.setattr(impact, "_sources", [told])
    assert impact.collect(propose()) == []


def test_orders_are_told_before_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [lambda _: Impact(title="customers"), lambda _: None, lambda _: Impact(title="orders")]
    monkeypatch.setattr(impact, "_sources", found)
    assert [part.title for part in impact.collect(propose(put={PAIR: "par"}))] == ["orders", "customers"]
