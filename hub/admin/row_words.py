"""What a run's record says, in words: badges, differences, and how an identifier may be spelled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.redaction import shown_to_all
from hub.models import SyncRow

CHANGE_TONES = {
    SyncRow.Change.NEW: "good",
    SyncRow.Change.CHANGED: "busy",
    SyncRow.Change.UNCHANGED: "plain",
    SyncRow.Change.DEACTIVATED: "wait",
    SyncRow.Change.REFUSED: "bad",
}
CHANGE_SIGNS = {
    SyncRow.Change.NEW: "add_circle",
    SyncRow.Change.CHANGED: "edit",
    SyncRow.Change.UNCHANGED: "equal",
    SyncRow.Change.DEACTIVATED: "do_not_disturb_on",
    SyncRow.Change.REFUSED: "error",
}
ROW_TONES = {
    SyncRow.Action.FAILED: "bad",
    SyncRow.Action.SKIPPED: "wait",
    SyncRow.Action.SENT: "busy",
    SyncRow.Action.PLANNED: "busy",
    SyncRow.Action.ACCEPTED: "good",
}
# A record of these is not sent, so how far it has come says nothing.
STAYS = (SyncRow.Change.REFUSED, SyncRow.Change.UNCHANGED)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that differs from what Norce accepted last."""

    field: str
    old: str
    new: str


def differences(changes: Mapping[str, Sequence[Any]]) -> list[Difference]:
    """Return the fields that differ, by name, as everybody may see them; ``changes`` is a row's: field → [old, new]."""
    pairs = sorted(changes.items())
    return [Difference(field=field, old=_shown(field, old), new=_shown(field, new)) for field, (old, new) in pairs]


def _shown(field: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    shown = shown_to_all(field, value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def spellings(identifier: str) -> list[str]:
    """Return how rows may keep a typed e-mail address or organisation number: in lower case, or bare of signs."""
    bare = "".join(sign for sign in identifier.upper() if sign.isascii() and sign.isalnum())
    return [identifier, identifier.lower(), *filter(None, [bare])]
