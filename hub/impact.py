"""What a change of the value mappings would do, told before it is saved: each app brings its part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from django.db import transaction

from hub.models import Application, ValueMapping
from hub.models.configuration import ValueKind
from hub.values import Key, Table, read_table

# A text and its tone (good, bad, wait, busy, plain).
Figure = tuple[str, str]
# A field in words, its old value and its new one.
Line = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The mappings as they are, and as they would be."""

    before: Table
    after: Table

    @cached_property
    def keys(self) -> frozenset[Key]:
        """Which mappings would be added, changed or deleted."""
        keys = self.before.keys() | self.after.keys()
        return frozenset(key for key in keys if self.before.get(key) != self.after.get(key))

    @cached_property
    def digest(self) -> str:
        """What stands for exactly this: the same only while the mappings are as they were, and for the same change."""
        state = repr((sorted(self.before.items()), sorted((key, self.after.get(key)) for key in self.keys)))
        return blake2b(state.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that would be otherwise: what it is, how that is meant (a badge), and its fields, old and new."""

    label: str
    url: str = ""
    word: str = ""
    tone: str = "plain"
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Impact:
    """One app's part: figures in words, the first cases and how many ``more`` there are.

    ``asks`` says that a person should see it before it is saved.
    """

    title: str
    figures: tuple[Figure, ...] = ()
    cases: tuple[Case, ...] = ()
    more: int = 0
    note: str = ""
    asks: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Work that has stopped for a missing mapping: ``item`` of the outbox, of an application.

    ``missing`` are the kinds and Norce values that it lacks today; with none, and nothing else wrong, it ``can_go_on``.
    """

    item: int
    application_key: str
    label: str
    url: str
    missing: tuple[tuple[ValueKind, str], ...]
    can_go_on: bool


@dataclass(frozen=True, kw_only=True)
class AllWaiting:
    """The latest work that has stopped for a missing mapping; ``has_more`` says that older has stopped, too."""

    rows: list[Waiting]
    has_more: bool


Source = Callable[[Proposal], Impact | None]
Waiters = Callable[[], AllWaiting]
_sources: list[Source] = []
_waiters: list[Waiters] = []


def add(source: Source) -> None:
    """Let an app tell what a proposal would do, None where it has nothing to do with it; called from ``ready()``."""
    _sources.append(source)


def add_waiters(waiters: Waiters) -> None:
    """Let an app tell which of its work has stopped for a missing mapping; called from ``ready()``."""
    _waiters.append(waiters)


def collect(proposal: Proposal) -> list[Impact]:
    """Return every app's part, that of the app which was added last first."""
    parts = (source(proposal) for source in reversed(_sources)) if proposal.keys else ()
    return [part for part in parts if part]


def waiting() -> AllWaiting:
    """Return the work that has stopped for a missing mapping, with what it lacks by today's mappings."""
    found = [waiters() for waiters in _waiters]
    return AllWaiting(rows=[row for part in found for row in part.rows], has_more=any(part.has_more for part in found))


def at_least(number: int, *, has_more: bool) -> str:
    """Return a number in words, "500+" where only so many of what ``has_more`` were looked at."""
    return f"{number}+" if has_more else str(number)


def propose(*, gone: Collection[Key] = (), put: Mapping[Key, str] | None = None) -> Proposal:
    """Return today's mappings, and the same without those that are ``gone`` and with those that are ``put``."""
    before = read_table()
    after = {key: value for key, value in before.items() if key not in gone}
    return Proposal(before=before, after=after | dict(put or {}))


def key_of(mapping: ValueMapping) -> Key:
    """Return what tells a mapping from all others."""
    return mapping.kind, mapping.application_key, mapping.norce_value


def take_turns() -> None:
    """Let nobody else change mappings until this transaction ends: what was shown is what is saved."""
    assert transaction.get_connection().in_atomic_block
    list(Application.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
