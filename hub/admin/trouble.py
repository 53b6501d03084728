"""The box on top of a page: the state, the reason in words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors.catalogue.sentences import told
from hub.admin.badges import TONES, state_badge
from hub.admin.error_catalogue import entry_url
from hub.admin.fixes import Link, fix_links
from hub.alike import count_alike
from hub.models import WorkItem
from hub.models.work import TROUBLED, ErrorKind, State


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why something does not go on. ``links`` lead to the remedy.

    ``elsewhere`` is true when the page's own buttons do not act on it.
    """

    badge: SafeString
    tone: str
    cause: str
    reason: str
    remedy: str
    links: tuple[Link, ...] = ()
    elsewhere: bool = False
    item: WorkItem | None = None

    @property
    def entry_url(self) -> str:
        """The address of the error in the catalogue, "" for one that it does not have."""
        return entry_url(self.item.error_code) if self.item and self.item.entry else ""

    @property
    def alike(self) -> int:
        """How many items have stopped by this cause, this one too; asked of the database."""
        return count_alike(self.item) if self.item and self.item.state in TROUBLED else 0

    @property
    def alike_url(self) -> str:
        """The address that asks before all of them are retried."""
        return reverse(f"admin:hub_{self.item.label}_alike", args=[self.item.pk]) if self.item else ""


def trouble_of(item: WorkItem, *, links: tuple[Link, ...] | None = None, here: str = "") -> Trouble | None:
    """Return what is the matter with a work item: held, failed, waiting after a fault or a Retry; else None.

    Without ``links`` to where it is mended it has the catalogue's, but for one to the page itself, ``here``.
    """
    state = State(item.state)
    if state not in TROUBLED and not (state == State.PENDING and (item.error or item.asked_by)):
        return None
    if state == State.PENDING and item.asked_by:
        return _asked(item)
    return Trouble(
        badge=state_badge(item),
        tone=TONES[state],
        cause=str(ErrorKind(item.error_kind).label) if item.error_kind else "",
        reason=item.cause,
        remedy=item.what_to_do if state in TROUBLED else _("Nothing: it is tried again by itself."),
        links=tuple(link for link in fix_links(item) if link.url != here) if links is None else links,
        item=item,
    )


def _asked(item: WorkItem) -> Trouble:
    asked = _("%(who)s asked for another try: %(why)s") if item.asked_reason else _("%(who)s has started it.")
    return Trouble(
        badge=state_badge(item),
        tone=TONES[State.PENDING],
        cause="",
        reason=asked % {"who": item.asked_by, "why": told(item.asked_reason)},
        remedy=_("Nothing: a worker takes it in a moment."),
    )
