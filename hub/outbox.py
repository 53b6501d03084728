"""Put a message once; the workers send it through its handler, in order per subject."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connectors.errors import TransientError
from connectors.moments import clock
from hub import rings
from hub.models import OutboxMessage
from hub.models.work import TROUBLED, State
from hub.work import UNDER_WAY

# An OR, so that PostgreSQL finds each by the index of its own.
AT_REST = Q(state=State.PENDING) | Q(state=State.FAILED) | Q(state=State.CANCELLED)


def put(
    *, kind: str, system: str, subject: str, key: str, payload: dict[str, Any] | None = None, serial: str = ""
) -> None:
    """Put one message for one system and ring; a key that was put before is left as it is.

    ``key`` makes the fact single for ever (``erp.order:17``). Call it in the transaction of the
    state that the message follows from.
    """
    message = OutboxMessage(kind=kind, system=system, subject=subject, key=key, payload=payload or {}, serial=serial)
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    rings.ring()


def put_present(
    *, kind: str, system: str, subject: str, fold: str, payload: dict[str, Any] | None = None, serial: str = ""
) -> None:
    """Put a message that tells a present state, unless one of the same ``fold`` waits already, and ring.

    Its handler reads the state when it works, so any number of changes in a row are told as the last
    one, and A → B → A is told again. One that is being done is followed by another; one that has
    stopped is superseded, because the new one tells all that it would have told.
    """
    put_all_present([present(kind=kind, system=system, subject=subject, fold=fold, payload=payload, serial=serial)])


def present(
    *, kind: str, system: str, subject: str, fold: str, payload: dict[str, Any] | None = None, serial: str = ""
) -> OutboxMessage:
    """Return a message for `put_all_present`, as `put_present` puts it."""
    return OutboxMessage(
        kind=kind,
        system=system,
        subject=subject,
        key=f"{fold}:{secrets.token_hex(8)}",
        fold=fold,
        payload=payload or {},
        serial=serial,
    )


def put_all_present(messages: Sequence[OutboxMessage]) -> None:
    """Put several as `put_present` does, in as many statements as for one."""
    if not messages:
        return
    subjects, folds = {message.subject for message in messages}, {message.fold for message in messages}
    with transaction.atomic():
        stopped = OutboxMessage.objects.filter(subject__in=subjects, fold__in=folds, state__in=TROUBLED)
        stopped.update(state=State.SUPERSEDED, finished_at=timezone.now())
        OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)
        rings.ring()


def wait_for_same_serial(message: OutboxMessage) -> None:
    """Raise TransientError while an ERP may still be carrying out what another message with the same serial asked.

    To give that one up does not stop the ERP, and neither does the end of its tries.
    """
    now = timezone.now()
    others = OutboxMessage.objects.filter(AT_REST, serial=message.serial, error_code__in=UNDER_WAY)
    others = others.exclude(pk=message.pk).exclude(serial="").filter(not_before__gt=now)
    until = others.order_by("-not_before").values_list("not_before", flat=True).first()
    if until:
        wait = (until - now).total_seconds()
        raise TransientError("serial_under_way", until=clock(until), retry_after=wait, counts=False)
