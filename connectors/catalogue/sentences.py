"""Sentences that rows keep in English, and told in the language of whoever reads them."""

from __future__ import annotations

import re

from django.utils.translation import get_language, gettext

_PARAMETER = re.compile(r"%\((\w+)\)s")
_patterns: dict[str, re.Pattern[str]] = {}


def sentence(text: str) -> str:
    """Make a sentence known and return it: a text of the message catalogue with ``%(name)s`` for what differs.

    It is kept filled in; its pattern finds the parameters again. To be called at import, with `gettext_noop` around
    the text so that it is collected for translation.
    """
    pattern, seen = "", set[str]()
    for place, part in enumerate(_PARAMETER.split(text)):
        is_parameter = place % 2 == 1
        pattern += _group(part, part in seen) if is_parameter else re.escape(part.replace("%%", "%"))
        seen |= {part} if is_parameter else set()
    _patterns[text] = re.compile(pattern, re.DOTALL)
    return text


def _group(name: str, again: bool) -> str:
    return f"(?P={name})" if again else f"(?P<{name}>.+)"


def told(text: str) -> str:
    """Return a kept text in the reader's language, line by line; what is no known sentence stays as it is."""
    if not text or (get_language() or "en").startswith("en"):
        return text
    return "\n".join(_told(line) for line in text.split("\n"))


def _told(line: str) -> str:
    if line in _patterns:
        return gettext(line)
    found = [(known, match) for known, pattern in _patterns.items() if (match := pattern.fullmatch(line))]
    if not found:
        return line
    # Of two that fit, the one that says more itself is meant.
    known, match = max(found, key=lambda pair: len(_PARAMETER.sub("", pair[0])))
    return gettext(known) % {name: _told(value) for name, value in match.groupdict().items()}
