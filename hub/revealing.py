"""Show somebody personal data that is masked elsewhere: only with a reason, and never without a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simplejson
from django.utils.translation import gettext as _

from connectors.redaction import MASK, UNSHOWN
from hub.by_hand import NotAllowed
from hub.models import Reveal


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A part of what is revealed: what it is, and its text as it is kept."""

    title: str
    text: str


def reveal(subject: str, parts: Sequence[Shown], *, by: str, reason: str) -> Sequence[Shown]:
    """Return the parts, once it is written down who has seen them and why.

    Raises NotAllowed when there are none, as of somebody who was erased, or without a reason.
    """
    if not parts:
        raise NotAllowed(_("There is no personal data to reveal: it was erased, or never came."))
    if not reason.strip():
        raise NotAllowed(_("Say why: the reason is kept in the history."))
    titles = ", ".join(part.title for part in parts)
    Reveal.objects.create(subject=subject, what=titles, revealed_by=by, reason=reason.strip())
    return parts


def whole(record: Mapping[str, Any]) -> str:
    """Return a record laid out for reading, its numbers exact, nothing masked but what nobody needs to see."""
    shown = {name: MASK if name in UNSHOWN else value for name, value in record.items()}
    return simplejson.dumps(shown, ensure_ascii=False, indent=2, use_decimal=True)
