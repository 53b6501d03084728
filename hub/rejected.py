"""Keep what was received and could not be used: body, reason, from where."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from hub.models import RejectedMessage

TOO_LARGE = sentence(_("The body has %(size)s bytes; at most %(most)s are taken."))


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
