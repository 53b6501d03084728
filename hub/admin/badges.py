"""States as badges: a word and a sign, so that they read without their colour."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hub.models import WorkItem
from hub.models.work import State

SIGNS = {
    "good": "check_circle",
    "bad": "error",
    "wait": "front_hand",
    "busy": "hourglass_top",
    "plain": "remove_circle_outline",
}
TONES = {
    State.PENDING: "busy",
    State.RUNNING: "busy",
    State.SUBMITTED: "busy",
    State.HELD: "wait",
    State.FAILED: "bad",
    State.DONE: "good",
}


def badge(text: str, tone: str, sign: str = "") -> SafeString:
    """Return a badge; ``tone`` is good, bad, wait, busy or plain, ``sign`` an icon's name in place of the tone's."""
    return format_html(
        '<span class="hub-badge hub-{}"><span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</span>',
        tone,
        sign or SIGNS[tone],
        text,
    )


def state_badge(item: WorkItem) -> SafeString:
    """Return the badge of a work item's state."""
    state = State(item.state)
    return badge(str(state.label), TONES.get(state, "plain"))
