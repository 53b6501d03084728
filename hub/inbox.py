"""Keep an event of Norce's, together with the ring that has it handled: one of a kind for ever, or while it waits."""

from __future__ import annotations

from contextlib import nullcontext, suppress

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import ConfigError
from connectors.norce import wire
from connectors.norce.types import events
from connectors.norce.wire import WireError
from connectors.redaction import redact_text
from hub import by_hand, registry, rejected, rings
from hub.models import ApiCall, Attempt, InboxEvent
from hub.models.work import State

ENDPOINT = "norce/events"
# ApplicationId is an int32 of Norce's.
LARGEST_APPLICATION = 2**31 - 1
LONGEST_SUBJECT, LONGEST_KEY = 100, 200
NOBODY = sentence(_("The hub does nothing about events of this type: they can be switched off in Norce."))
PLAIN_TEXT = sentence(_("plain text of at most %(most)s characters"))
ANOTHER = sentence(_("another"))
AGAIN = sentence(_("Norce has told of it again."))
# Between a conflict and the look at what it was with, the other event may have begun to be worked on.
TRIES = 3


def receive(*, event_type: str, body: bytes, content_type: str = "", address: str = "") -> None:
    """Store an event and the ring in one transaction; an event that must be done once only the first time.

    Other events are folded into one of the same type and subject that waits. One that a person has given up
    starts again where its type says so. A type that the contract does not have, and a body that is no event
    of its type, are kept as rejected; a type that nobody here handles is kept as done. Raises DatabaseError
    when nothing could be stored: the sender must then try again. Not to be called in a transaction, which a
    repeat would break.
    """
    try:
        event = _read(event_type, body)
    except (ConfigError, WireError) as error:
        rejected.keep(endpoint=ENDPOINT, body=body, reason=str(error), content_type=content_type, address=address)
        return
    keep(event)


def keep(event: InboxEvent) -> bool:
    """Store an event as `receive` does; return False when it was there already or is folded into one that waits."""
    for _try in range(TRIES):
        try:
            _insert(event)
            return True
        except IntegrityError:
            if _is_known(event):
                _start_again(event)
                return False
    _insert(event)
    return True


def note(event: InboxEvent, text: str) -> None:
    """Say on the event what came of it, personal data masked."""
    InboxEvent.objects.filter(pk=event.pk).update(note=redact_text(text))


def file_under(event: InboxEvent, subject: str) -> None:
    """Let the event, with what was tried and called for it so far, be about a subject that has become known."""
    if event.subject == subject:
        return
    with transaction.atomic():
        for model in (Attempt, ApiCall):
            rows = model._default_manager.filter(subject=event.subject, item_kind=event.label, item_id=event.pk)
            rows.update(subject=subject)
        InboxEvent.objects.filter(pk=event.pk).update(subject=subject)
    event.subject = subject


def _read(name: str, body: bytes) -> InboxEvent:
    cls = events.TYPES.get(name)
    if cls is None:
        # The name is part of an address that anybody may have mistyped, so it is shown in plain characters.
        raise ConfigError("event_type_unknown", name=ascii(name[:60]), known=", ".join(events.TYPES))
    message = wire.read(cls, wire.decode(body))
    known = registry.event_types().get(name)
    subject, key = known.identify(message) if known else (str(getattr(message, cls.about) or "")[:LONGEST_SUBJECT], "")
    _refuse_unkeepable(subject, LONGEST_SUBJECT, cls.about)
    _refuse_unkeepable(key, LONGEST_KEY, cls.about)
    number = message.application_id
    event = InboxEvent(
        event_type=name,
        subject=subject,
        key=key,
        application_number=number if number and 0 < number <= LARGEST_APPLICATION else None,
        body=body,
    )
    if not known:
        event.state, event.finished_at, event.note = State.DONE, timezone.now(), NOBODY
    return event


def _refuse_unkeepable(text: str, longest: int, member: str) -> None:
    """Raise WireError for a text that a database refuses: Norce would send the event again for nothing."""
    if len(text) > longest or "\x00" in text or not text.isascii() and text.encode("utf-8", "ignore").decode() != text:
        raise WireError(member, PLAIN_TEXT % {"most": longest}, ANOTHER)


def _insert(event: InboxEvent) -> None:
    ring = rings.due() if event.state == State.PENDING else False
    # The insert alone is a transaction already; with a ring beside it they need one around them.
    with transaction.atomic() if ring else nullcontext():
        event.save(force_insert=True)
        if ring:
            rings.ring()


def _is_known(event: InboxEvent) -> bool:
    if event.key:
        return InboxEvent.objects.filter(key=event.key).exists()
    waiting = InboxEvent.objects.filter(subject=event.subject, event_type=event.event_type, key="")
    return waiting.filter(state=State.PENDING).exists()


def _start_again(event: InboxEvent) -> None:
    """Ask anew about an event of that key which a person has given up, if its type may come to pass again."""
    known = registry.event_types().get(event.event_type)
    given_up = InboxEvent.objects.filter(key=event.key, state=State.CANCELLED).exclude(key="")
    if known and known.starts_again and (item := given_up.first()):
        # Somebody else may have started it meanwhile.
        with suppress(by_hand.NotAllowed):
            by_hand.retry(item, by="Norce", reason=AGAIN)
