"""A sentence that a row keeps in English is told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from connectors.catalogue import sentences
from connectors.catalogue.sentences import sentence, told

SWEDISH = {
    "It is cancelled.": "Den är avbruten.",
    "Order %(order)s is %(state)s already.": "Order %(order)s är redan %(state)s.",
    "%(order)s is %(state)s": "%(order)s: %(state)s",
    "sent": "skickad",
    "no %(format)s: %(fault)s": "ingen %(format)s: %(fault)s",
    "a part of it": "en del av den",
    "%(what)s of %(whose)s (new)": "%(what)s hos %(whose)s (ny)",
    "%(n)s %% of %(n)s": "%(n)s %% utav %(n)s",
}


@pytest.fixture(autouse=True)
def in_swedish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sentences, "_shapes", {})
    monkeypatch.setattr(sentences, "gettext", SWEDISH.__getitem__)
    for text in SWEDISH:
        sentence(text)
    with translation.override("sv"):
        yield


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("It is cancelled.", "Den är avbruten."),
        ("Order 1901-5 is sent already.", "Order 1901-5 är redan skickad."),
        ("It is cancelled. Order 5 is sent already.", "Den är avbruten. Order 5 är redan skickad."),
        ("sent; 5 is sent", "skickad; 5: skickad"),
        ("It is cancelled.\nOrder 5 is sent already.", "Den är avbruten.\nOrder 5 är redan skickad."),
        ("no XML: no order: sent", "ingen XML: ingen order: skickad"),
        ("a part of it of Ann (new)", "en del av den hos Ann (ny)"),
        ("5 % of 5", "5 % utav 5"),
        ("5 % of 6", "5 % of 6"),
        ("Somebody else's words.", "Somebody else's words."),
        ("", ""),
    ],
)
def test_a_kept_text_is_told_in_swedish(kept: str, expected: str) -> None:
    assert told(kept) == expected


def test_it_stays_as_it_is_for_who_reads_english() -> None:
    with translation.override("en-gb"):
        assert told("It is cancelled.") == "It is cancelled."
