"""One person as the hub may know them: what finds them in its tables, and what takes them out of a text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from connectors.scrambling import ERASED

_ESCAPE = re.compile(r"\\u00([0-9a-f]{2})")
# JSON writes the end of a line as a letter, which is no part of the word behind it.
_BREAK = re.compile(r"\\[bfnrt]")
# Shorter names are part of too many words that are nobody's.
SHORTEST_NAME = 2


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is to be erased.

    ``emails`` (in lower case) find them anywhere, ``codes`` (ERP connection, ERP code) in what was
    made of the ERP's register. ``subjects`` ("order:17", "customer:default:C10001") are what the hub
    has about them alone; ``words`` are their names and further addresses, taken out of those texts.
    """

    emails: frozenset[str] = frozenset()
    codes: frozenset[tuple[str, str]] = frozenset()
    subjects: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def __or__(self, other: Person) -> Person:
        """Return the person with what is known of either."""
        return Person(
            emails=self.emails | other.emails,
            codes=self.codes | other.codes,
            subjects=self.subjects | other.subjects,
            words=self.words | other.words,
        )

    @property
    def identifier(self) -> str:
        """Return what a proof of their erasure is filed under: the e-mail address, else the first subject."""
        return min(self.emails or self.subjects, default="")

    def is_in(self, body: bytes) -> bool:
        """Return whether a body holds one of their e-mail addresses, however JSON or XML has escaped it."""
        text = body.decode("utf-8", "replace").lower()
        text = html.unescape(_BREAK.sub(" ", _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)))
        return any(email in text and re.search(_whole(email), text) for email in self.emails)

    def without(self, text: str, *, own: bool = False) -> str:
        """Return a text without their e-mail addresses; of a text that is about them (``own``) also without names."""
        words = self.emails | self.words if own else self.emails
        found = sorted((word for word in words if len(word) >= SHORTEST_NAME), key=len, reverse=True)
        if not found:
            return text
        return re.sub("|".join(map(_whole, found)), ERASED, text, flags=re.IGNORECASE)


def _whole(word: str) -> str:
    """Return the pattern for a word that is no part of a longer one; bo@example.com is not jim.bo@example.com."""
    before, after = (r"(?<![\w.+-])", r"(?![\w-]|\.\w)") if "@" in word else (r"(?<!\w)", r"(?!\w)")
    return f"{before}{re.escape(word)}{after}"
