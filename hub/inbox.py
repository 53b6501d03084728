"""Keep an event of Norce's once, together with the ring that has it handled."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from connectors.errors import ConfigError
from connectors.norce import wire
from connectors.norce.wire import Message, WireError
from hub import registry, rejected, rings
from hub.models import InboxEvent

ENDPOINT = "norce/events"
# ApplicationId is an int32 of Norce's.
LARGEST_APPLICATION = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class _Sender(Message):
    """What events of all types may say of where they come from."""

    application_id: int | None = None


def receive(*, event_type: str, body: bytes, content_type: str = "", address: str = "") -> None:
    """Store an event and the ring in one transaction; an event that must be done once only the first time.

    A type that nobody handles, and a body that is no event of its type, are kept as rejected. Raises
    DatabaseError when nothing could be stored: the sender must then try again. Not to be called in a
    transaction, which a repeat would break.
    """
    try:
        event = _read(event_type, body)
    except (ConfigError, WireError) as error:
        rejected.keep(endpoint=ENDPOINT, body=body, reason=str(error), content_type=content_type, address=address)
        return
    _keep(event)


def _read(name: str, body: bytes) -> InboxEvent:
    event_type = registry.event_type(name)
    data = wire.decode(body)
    number = wire.read(_Sender, data).application_id
    subject, key = event_type.identify(data)
    return InboxEvent(
        event_type=name,
        subject=subject,
        key=key,
        application_number=number if number and 0 < number <= LARGEST_APPLICATION else None,
        body=body,
    )


def _keep(event: InboxEvent) -> None:
    ring = rings.due()
    try:
        # The insert alone is a transaction already; with a ring beside it they need one around them.
        with transaction.atomic() if ring else nullcontext():
            event.save(force_insert=True)
            if ring:
                rings.ring()
    except IntegrityError:
        if not (event.key and InboxEvent.objects.filter(key=event.key).exists()):
            raise
