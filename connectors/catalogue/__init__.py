"""The catalogue of errors as data: code → category → cause → what to do, told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.catalogue.sentences import in_english, sentence, told

Params = Mapping[str, Any]
Text = str | Promise
Words = Mapping[Any, Text]

_NAME = re.compile(r"%\((\w+)\)s")


class Category(models.TextChoices):
    """What kind of trouble an error is, and so who mends it."""

    TEMPORARY = "temporary", _("Temporary fault")
    MAPPING = "mapping", _("Value mapping")
    DATA = "data", _("Data")
    PERMISSION = "permission", _("Permission")
    SETUP = "setup", _("Set-up")
    DECISION = "decision", _("Decision")
    BUG = "bug", _("Fault in the hub")


@dataclass(frozen=True)
class Entry:
    """One error: ``cause`` and ``remedy`` are templates for gettext with ``%(name)s`` for the error's parameters.

    ``fix`` names the page where it is mended (`hub.admin.fixes`). Errors that agree in the parameters ``same``
    have one cause, so that one deed mends them all. A ``releasable`` question may be waved through. ``words`` gives
    the words for parameters that are stored as values: ``{"kind": {"fee": _("Fee")}}``.
    """

    category: Category
    code: str
    cause: Text
    remedy: Text = ""
    _: KW_ONLY
    fix: str = ""
    same: tuple[str, ...] = ()
    releasable: bool = False
    words: Mapping[str, Words] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The parameters that the texts name."""
        return set(_NAME.findall(f"{self.cause}{self.remedy}"))

    @property
    def wanted(self) -> set[str]:
        """All parameters that an error of this code has."""
        return self.names | set(self.same)

    @property
    def has_words(self) -> bool:
        """Whether the cause says anything without its parameters."""
        return bool(re.search(r"\w", _NAME.sub("", str(self.cause))))

    def cause_of(self, params: Params) -> str:
        """Return the cause in the reader's language; "…" stands for a parameter that is not given."""
        return str(self.cause) % self._shown(params)

    def remedy_of(self, params: Params) -> str:
        """Return what to do in the reader's language."""
        return str(self.remedy) % self._shown(params)

    def _shown(self, params: Params) -> _Shown:
        return _Shown({name: _word(self.words.get(name, {}), value) for name, value in params.items()})


class _Shown(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


temporary = partial(Entry, Category.TEMPORARY)
mapping = partial(Entry, Category.MAPPING)
data = partial(Entry, Category.DATA)
permission = partial(Entry, Category.PERMISSION)
setup = partial(Entry, Category.SETUP)
decision = partial(Entry, Category.DECISION)
bug = partial(Entry, Category.BUG)

_entries: dict[str, Entry] = {}


def add(entries: Iterable[Entry]) -> None:
    """Make errors known; called from an AppConfig's ``ready()``. An ERP adapter of your own may add its own.

    Their texts are known sentences too: rows keep some in English, without their codes.
    """
    for entry in entries:
        _entries[entry.code] = entry
        for text in (in_english(entry.cause), in_english(entry.remedy)):
            if _NAME.sub("", text).strip():
                sentence(text)


def find(code: str) -> Entry | None:
    """Return the entry of a code, None for one that nobody has added."""
    return _entries.get(code)


def entries() -> list[Entry]:
    """Return all entries by category and code."""
    order = list(Category)
    return sorted(_entries.values(), key=lambda entry: (order.index(entry.category), entry.code))


def word(code: str) -> str:
    """Return what a code means in the reader's language, for any of its errors: "…" stands for what differs."""
    entry = find(code)
    return entry.cause_of({}) if entry else code


def _word(words: Words, value: Any) -> str:
    """Return a parameter in words; another error that is a parameter is told in the reader's language too."""
    if isinstance(value, list):
        return " ".join(_word(words, one) for one in value)
    if isinstance(value, Mapping):
        entry = find(value["code"])
        return entry.cause_of(value["params"]) if entry else str(value["code"])
    return str(words[value]) if value in words else told(str(value))
