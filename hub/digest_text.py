"""The words of a digest: what needs a person grouped by cause, as plain text without personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connectors.redaction import redact_text

SHOWN_ITEMS = 10
SHOWN_GROUPS = 20
LONGEST_REASON = 300
LONGEST_SUBJECT = 150
# A word with a digit in it is a number, an id or a code, with what separates its parts.
_NUMBER = re.compile(r"[\w-]*\d(?:[\w.,:/-]*\w)?")

Cause = tuple[str, str]
Describe = Callable[[Iterable[str]], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that needs a person: what is the matter in words, about what, and where to look.

    ``subject`` is what the business can name by its numbers ("order:17"); ``about`` says it where
    nobody can. ``url`` and ``list_url`` are addresses of the admin without the host.
    """

    matter: str
    reason: str = ""
    remedy: str = ""
    subject: str = ""
    about: str
    url: str
    list_url: str

    @property
    def cause(self) -> Cause:
        """What items of one group have in common."""
        return cause_of(self.matter, self.reason)


@dataclass
class Group:
    """The new items of one cause, and how many more wait for the same."""

    items: list[Item] = field(default_factory=list)
    waiting: int = 0


def first_line(text: str) -> str:
    """Return the first line of a reason, cut, with what may be personal masked."""
    return redact_text(text.strip().partition("\n")[0][:LONGEST_REASON])


def cause_of(matter: str, reason: str) -> Cause:
    """Return the key of the group to which a matter and a reason belong."""
    return general(matter), general(reason)


def general(text: str) -> str:
    """Return a text with its numbers and ids replaced, so that one reason reads the same for every order."""
    return _NUMBER.sub("…", text)


def grouped(items: Iterable[Item], waiting: Mapping[Cause, int]) -> list[Group]:
    """Return the items by cause, the cause with most of them first; ``waiting`` counts what was told before."""
    groups: dict[Cause, Group] = {}
    for item in items:
        groups.setdefault(item.cause, Group(waiting=waiting.get(item.cause, 0))).items.append(item)
    return sorted(groups.values(), key=lambda group: -len(group.items))


def subject_of(groups: Sequence[Group]) -> str:
    """Return the mail's subject: how many things, and the cause with most of them."""
    number = sum(len(group.items) for group in groups)
    text = ngettext("%(n)d thing needs a person: %(matter)s", "%(n)d things need a person: %(matter)s", number)
    return (text % {"n": number, "matter": _common(groups[0], lambda item: item.matter)})[:LONGEST_SUBJECT]


def text_of(groups: Sequence[Group], describe: Describe) -> str:
    """Return the mail's text. ``describe`` is called once, with the subjects of the items that are shown."""
    shown = groups[:SHOWN_GROUPS]
    named = describe([item.subject for group in shown for item in group.items[:SHOWN_ITEMS] if item.subject])
    parts = ["\n".join(_lines(group, named)) for group in shown]
    if left := len(groups) - len(shown):
        parts.append(_("And %(n)d more causes: %(url)s") % {"n": left, "url": f"{settings.HUB_URL}/admin/"})
    return "\n\n".join(parts)


def _lines(group: Group, named: Mapping[str, str]) -> Iterable[str]:
    number = len(group.items)
    yield f"{number} × {_common(group, lambda item: item.matter)}"
    if reason := _common(group, lambda item: item.reason):
        yield reason
    if remedy := _common(group, lambda item: item.remedy):
        yield f"{_('What to do:')} {remedy}"
    if group.waiting:
        yield _("%(new)d new, %(all)d wait in all.") % {"new": number, "all": number + group.waiting}
    for item in group.items[:SHOWN_ITEMS]:
        yield f"- {named.get(item.subject) or item.about}: {settings.HUB_URL}{item.url}"
    if number > SHOWN_ITEMS:
        url = f"{settings.HUB_URL}{group.items[0].list_url}"
        yield _("and %(n)d more: %(url)s") % {"n": number - SHOWN_ITEMS, "url": url}


def _common(group: Group, text_in: Callable[[Item], str]) -> str:
    """Return a text that all items of a group have, with its numbers only if they are the same in all."""
    texts = {text_in(item) for item in group.items}
    return texts.pop() if len(texts) == 1 else general(text_in(group.items[0]))
