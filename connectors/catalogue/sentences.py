"""Sentences that rows keep in English, and told in the language of whoever reads them."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override

_PARAMETER = re.compile(r"%\((\w+)\)s")
# Where one sentence, or one of several facts, ends and the next begins.
_JOINT = re.compile(r"(?<=[.!?]) |; ")
# At how many of them the end of the first sentence is sought: what another system said may have any number.
_MOST_JOINTS = 12


class _Shape(NamedTuple):
    """How a filled-in sentence looks: ``longest`` is what of it stands in all of them.

    Where it can be read in several ways, the first of ``patterns`` makes the first parameters short, the other long.
    """

    patterns: tuple[re.Pattern[str], re.Pattern[str]]
    longest: str
    size: int


_shapes: dict[str, _Shape] = {}


def sentence(text: str) -> str:
    """Make a sentence known and return it: a text of the message catalogue with ``%(name)s`` for what differs.

    It is kept filled in; its pattern finds the parameters again. To be called at import, with `gettext_noop` around
    the text so that it is collected for translation.
    """
    pattern, words, seen = "", [""], set[str]()
    for place, part in enumerate(_PARAMETER.split(text)):
        if place % 2 == 1:
            pattern += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
        else:
            words.append(part.replace("%%", "%"))
            pattern += re.escape(words[-1])
    patterns = re.compile(pattern, re.DOTALL), re.compile(pattern.replace(".+?)", ".+)"), re.DOTALL)
    _shapes[text] = _Shape(patterns, max(words, key=len), len("".join(words)))
    return text


def words(choices: type[Choices]) -> dict[str, str]:
    """Make the labels of some choices known, and return them in English by value."""
    return {value: sentence(in_english(label)) for value, label in choices.choices}


def in_english(text: str | Promise) -> str:
    """Return a text as rows keep it."""
    with override("en"):
        return str(text)


def told(text: str) -> str:
    """Return a kept text in the reader's language, line by line; what is no known sentence stays as it is.

    Sentences that follow one another in a line are told one by one.
    """
    if not text or (get_language() or "en").startswith("en"):
        return text
    return "\n".join(_told(line) or line for line in text.split("\n"))


def _told(text: str) -> str:
    """Return a known sentence, or several, in the reader's language; else ""."""
    if text in _shapes:
        return gettext(text)
    if " " not in text:
        return ""
    for joint in islice(_JOINT.finditer(text), _MOST_JOINTS):
        first = _filled(text[: joint.start()])
        rest = first and _told(text[joint.end() :])
        if rest:
            return f"{first}{joint.group()}{rest}"
    return _filled(text)


def _filled(text: str) -> str:
    """Return one known sentence in the reader's language, its parameters too where they are known; else ""."""
    if text in _shapes:
        return gettext(text)
    shapes = [(known, shape) for known, shape in _shapes.items() if shape.longest in text]
    found = [(known, shape) for known, shape in shapes if shape.patterns[0].fullmatch(text)]
    if not found:
        return ""
    # Of two that fit, the one that says more itself is meant.
    known, shape = max(found, key=lambda one: one[1].size)
    return gettext(known) % _parameters(text, shape)


def _parameters(text: str, shape: _Shape) -> dict[str, str]:
    """Return a sentence's parameters in the reader's language, of two readings by that in which more are known."""
    matches = filter(None, (pattern.fullmatch(text) for pattern in shape.patterns))
    readings = [{name: (value, _told(value)) for name, value in match.groupdict().items()} for match in matches]
    best = max(readings, key=lambda reading: sum(bool(words) for _, words in reading.values()))
    return {name: words or value for name, (value, words) in best.items()}
