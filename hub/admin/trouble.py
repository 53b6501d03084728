"""The box on top of a page: the state, the reason in words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hub.admin.badges import TONES, state_badge
from hub.models import WorkItem
from hub.models.work import TROUBLED, ErrorKind, State


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why something does not go on. ``links`` are pairs of text and address that lead to the remedy."""

    badge: SafeString
    tone: str
    cause: str
    reason: str
    remedy: str
    links: tuple[tuple[str, str], ...] = ()


def trouble_of(item: WorkItem, *, links: tuple[tuple[str, str], ...] = ()) -> Trouble | None:
    """Return what is the matter with a work item: held, failed, waiting after a fault or a Retry; else None."""
    state = State(item.state)
    if state not in TROUBLED and not (state == State.PENDING and (item.error or item.asked_by)):
        return None
    if state == State.PENDING and item.asked_by:
        return _asked(item)
    return Trouble(
        badge=state_badge(item),
        tone=TONES[state],
        cause=str(ErrorKind(item.error_kind).label) if item.error_kind else "",
        reason=item.error,
        remedy=item.remedy if state in TROUBLED else _("Nothing: it is tried again by itself."),
        links=links,
    )


def _asked(item: WorkItem) -> Trouble:
    asked = _("%(who)s asked for another try: %(why)s") if item.asked_reason else _("%(who)s has started it.")
    return Trouble(
        badge=state_badge(item),
        tone=TONES[State.PENDING],
        cause="",
        reason=asked % {"who": item.asked_by, "why": item.asked_reason},
        remedy=_("Nothing: a worker takes it in a moment."),
    )
