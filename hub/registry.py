"""Which function handles which kind of message and which resource: the business registers itself here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.errors import ConfigError
from hub.models import OutboxMessage, SyncRow, SyncRun
from hub.models.work import State

MessageHandler = Callable[[OutboxMessage], State | None]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a run of one resource does.

    ``run`` reads, compares and sends, and returns the state the run is left in (SUBMITTED while
    Norce works on its jobs). ``settle`` is called once per ended job, in its transaction, with the
    job's rows: accepted or failed. ``wanted`` says whether a scheduled run has anything to do.
    """

    name: str
    run: Callable[[SyncRun], State | None]
    settle: Callable[[Sequence[SyncRow]], None]
    wanted: Callable[[], bool]


_messages: dict[str, MessageHandler] = {}
_resources: dict[str, Resource] = {}


def handle_messages(kind: str, handler: MessageHandler) -> None:
    """Let ``handler`` do every message of the kind; called from an AppConfig's ``ready()``."""
    _messages[kind] = handler


def add_resource(resource: Resource) -> None:
    """Make a resource known to `hub.runs` and to the command ``sync``."""
    _resources[resource.name] = resource


def message_handler(message: OutboxMessage) -> State | None:
    """Do one message with the function registered for its kind; raise ConfigError when there is none."""
    handler = _messages.get(message.kind)
    if handler is None:
        raise ConfigError(f"No handler for messages of kind {message.kind}.", remedy="Start a worker of this version.")
    return handler(message)


def resource(name: str) -> Resource:
    """Return the resource of that name; raise ConfigError naming those there are."""
    if name not in _resources:
        raise ConfigError(f"There is no resource {name}; there are {', '.join(sorted(_resources))}.")
    return _resources[name]


def resources() -> list[str]:
    """Return the names of all resources, sorted."""
    return sorted(_resources)
