"""Which function handles which kind of message and which resource: the business registers itself here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import ConfigError
from hub.models import InboxEvent, OutboxMessage, SyncRun
from hub.models.work import State
from hub.person import Person

MessageHandler = Callable[[OutboxMessage], State | None]
EventHandler = Callable[[InboxEvent], State | None]
Identify = Callable[[Any], tuple[str, str]]
Counts = dict[str, int]
Pruner = Callable[[], Counts]
Describer = Callable[[Collection[str]], Mapping[str, str]]
Finder = Callable[[str], Collection[str]]


def _everything() -> list[str]:
    return [""]


def _nothing(run: SyncRun, batch: int) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a run of one resource does.

    ``run`` reads, compares and sends, and returns the state the run is left in (SUBMITTED while
    Norce works on its jobs, PENDING when it goes on later). ``settle`` is called with a batch whose
    job has ended, in its transaction: its rows are accepted or failed. ``before_send`` drops what has
    become stale from a batch. ``wanted`` says whether a scheduled delta has anything to do, and
    ``applications`` names the application keys it runs for ("" = all in one).
    A resource that ``polls_norce`` only looks what has changed there and hands it on: it has deltas, no
    full runs and no previews, and sends Norce nothing. One without ``has_preview`` has nothing to show before it
    acts, because it keeps what it reads.
    """

    name: str
    run: Callable[[SyncRun], State | None]
    wanted: Callable[[], bool]
    settle: Callable[[SyncRun, int], None] = _nothing
    before_send: Callable[[SyncRun, int], None] = _nothing
    applications: Callable[[], list[str]] = _everything
    polls_norce: bool = False
    has_preview: bool = True


@dataclass(frozen=True, kw_only=True)
class EventType:
    """A type of Norce's events: who does it, and how subject and key are read out of one (`connectors.norce.types`).

    One that ``starts_again`` is single only until a person has given it up: coming once more it is asked about anew.
    """

    handler: EventHandler
    identify: Identify
    starts_again: bool = False


@dataclass(frozen=True, kw_only=True)
class Eraser:
    """What an app does to erase a person: find what it has about them, name what is under way, scramble.

    ``find`` returns the person with the app's subjects and words. ``unfinished`` says in words what
    work for them has not ended. ``erase`` returns how many rows of each table it has scrambled.
    """

    find: Callable[[Person], Person]
    unfinished: Callable[[Person], list[str]]
    erase: Callable[[Person], Counts]


_messages: dict[str, MessageHandler] = {}
_events: dict[str, EventType] = {}
_resources: dict[str, Resource] = {}
_erasers: dict[str, Eraser] = {}
_pruners: dict[str, Pruner] = {}
_describers: dict[str, Describer] = {}
_namers: dict[str, Describer] = {}
_finders: dict[str, Finder] = {}


def handle_messages(kind: str, handler: MessageHandler) -> None:
    """Let ``handler`` do every message of the kind; called from an AppConfig's ``ready()``."""
    _messages[kind] = handler


def handle_events(name: str, handler: EventHandler, *, identify: Identify, starts_again: bool = False) -> None:
    """Let ``handler`` do every event of the type; called from an AppConfig's ``ready()``.

    ``identify`` takes the event as read and returns subject and key (see `InboxEvent`; the key "" for
    news that may come again); it raises WireError for one that makes no sense.
    """
    _events[name] = EventType(handler=handler, identify=identify, starts_again=starts_again)


def add_resource(resource: Resource) -> None:
    """Make a resource known to `hub.runs` and to the command ``sync``."""
    _resources[resource.name] = resource


def add_eraser(app: str, eraser: Eraser) -> None:
    """Let an app scramble what it keeps about a person; called from an AppConfig's ``ready()``."""
    _erasers[app] = eraser


def add_pruner(app: str, pruner: Pruner) -> None:
    """Let an app blank or delete what is older than it is kept; it returns how many rows of each table."""
    _pruners[app] = pruner


def add_describer(kind: str, describer: Describer) -> None:
    """Let ``describer`` name subjects of a kind (``order`` for "order:17") by the numbers people search by.

    It takes many subjects at once and returns a text without personal data for each that it knows.
    """
    _describers[kind] = describer


def add_namer(kind: str, namer: Describer, finder: Finder) -> None:
    """Let ``namer`` tell the numbers that stand for many subjects whose keys are the hub's own.

    ``finder`` returns the subjects that a number stands for.
    """
    _namers[kind], _finders[kind] = namer, finder


def describe(subjects: Iterable[str]) -> dict[str, str]:
    """Return the texts of the subjects that somebody can name, asking each describer once."""
    return _ask(_describers, subjects)


def names(subjects: Iterable[str]) -> dict[str, str]:
    """Return the numbers of the subjects that have one besides their key, asking each namer once."""
    return _ask(_namers, subjects)


def find(number: str) -> list[str]:
    """Return the subjects that a number stands for, besides those whose key it is."""
    return [subject for finder in _finders.values() for subject in finder(number)]


def _ask(asked: Mapping[str, Describer], subjects: Iterable[str]) -> dict[str, str]:
    kinds: dict[str, set[str]] = {}
    for subject in subjects:
        kinds.setdefault(subject.partition(":")[0], set()).add(subject)
    return {
        subject: text for kind, known in kinds.items() if kind in asked for subject, text in asked[kind](known).items()
    }


def erasers() -> list[Eraser]:
    """Return the apps' erasers, the one that was added last first.

    An app finds a person by what the apps before it know: erased in this order, an erasure that was
    interrupted finds the rest again.
    """
    return list(reversed(_erasers.values()))


def pruners() -> list[Pruner]:
    """Return the apps' pruners."""
    return list(_pruners.values())


def message_handler(message: OutboxMessage) -> State | None:
    """Do one message with the function registered for its kind; raise ConfigError when there is none."""
    handler = _messages.get(message.kind)
    if handler is None:
        raise ConfigError("message_unhandled", kind=message.kind)
    return handler(message)


def event_types() -> Mapping[str, EventType]:
    """Return the types of events that somebody handles, by name."""
    return _events


def event_handler(event: InboxEvent) -> State | None:
    """Do one event with the function registered for its type; raise ConfigError when there is none."""
    known = _events.get(event.event_type)
    if known is None:
        raise ConfigError("event_unhandled", type=event.event_type)
    return known.handler(event)


def resource(name: str) -> Resource:
    """Return the resource of that name; raise ConfigError naming those there are."""
    if name not in _resources:
        raise ConfigError("resource_unknown", name=name, known=", ".join(sorted(_resources)))
    return _resources[name]


def polls_norce(name: str) -> bool:
    """Return whether a resource only polls Norce; one that nobody has registered does not."""
    return name in _resources and _resources[name].polls_norce


def resources(*, with_plans: bool = False) -> list[str]:
    """Return the names of all resources, sorted; ``with_plans`` only of those that plan what is sent to Norce."""
    planned = {name for name, known in _resources.items() if known.has_preview and not known.polls_norce}
    return sorted(planned if with_plans else _resources)
