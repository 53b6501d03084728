"""One mail to the operators that gathers what has come to need a person: at most every HUB_ALERT_MINUTES."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation

from hub import alerts, outbox, registry, stopped
from hub.digest_text import grouped, subject_of, text_of
from hub.models import Digest, OutboxMessage
from hub.models.work import State

FIRST = 1


def look() -> Digest | None:
    """Make a digest if there is news and the last one is long enough ago; return it. Called every minute.

    The mail is put in the transaction that marks what it tells, so a worker that dies leaves both or
    neither, and of several that look at the same moment one makes it. While the last mail waits to be
    sent, the news waits for the next; one that has failed is superseded by the next, which tells
    again what of it still waits. What was mended meanwhile is not told. A mail server that takes a mail
    and whose answer is lost gets that mail again: the mail is made once, and sent at least once.
    """
    if not settings.HUB_ALERT_EMAILS:
        return None
    last = Digest.objects.order_by("-number").first()
    if last and timezone.now() - last.made_at < timedelta(minutes=settings.HUB_ALERT_MINUTES):
        return None
    state = _state_of_mail(last)
    if state in (State.PENDING, State.RUNNING):
        return None
    unsent = last if state == State.FAILED else None
    untold = Q(told_in=None) | Q(told_in=unsent.number) if unsent else Q(told_in=None)
    if not stopped.anything_new(untold):
        return None
    try:
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            return _make(last.number + 1 if last else FIRST, untold, unsent)
    except IntegrityError:
        # Another worker has made this digest at the same moment.
        return None


def _state_of_mail(digest: Digest | None) -> str | None:
    if digest is None:
        return None
    return OutboxMessage.objects.filter(key=digest.message_key).values_list("state", flat=True).first()


def _make(number: int, untold: Q, unsent: Digest | None) -> Digest | None:
    digest = Digest.objects.create(number=number)
    items = stopped.take(number, untold)
    if not items or (unsent and not _supersede(unsent)):
        # Mended, or asked to be sent after all, since we looked.
        transaction.set_rollback(True)
        return None
    groups = grouped(items, stopped.waiting_besides(number))
    outbox.put(
        key=digest.message_key,
        kind=alerts.KIND,
        system="mail",
        subject=f"mail:digest:{number}",
        payload={"subject": subject_of(groups), "text": text_of(groups, registry.describe)},
    )
    return digest


def _supersede(digest: Digest) -> bool:
    """Give up a failed mail, unless somebody has it sent again; return whether it was given up."""
    failed = OutboxMessage.objects.filter(key=digest.message_key, state=State.FAILED)
    return bool(failed.update(state=State.SUPERSEDED))
