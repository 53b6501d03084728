"""Keep what was received and could not be used: body, reason, from where."""

from __future__ import annotations

from hub.models import RejectedMessage


def keep(
    *,
    endpoint: str,
    body: bytes,
    reason: str,
    content_type: str = "",
    sender: str = "",
    address: str = "",
    size: int | None = None,
) -> None:
    """Store one refused message for people to see; ``size`` in bytes where the body itself was not read."""
    RejectedMessage.objects.create(
        endpoint=endpoint,
        body=body,
        reason=reason,
        content_type=content_type[:100],
        sender=sender[:150],
        address=address[:60],
        size=len(body) if size is None else size,
    )
