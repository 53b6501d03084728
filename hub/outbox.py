"""Put a message once; the workers send it through its handler, in order per subject."""

from __future__ import annotations

from typing import Any

from hub import rings
from hub.models import OutboxMessage


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
