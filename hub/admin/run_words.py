"""Runs in words: what they do, how far they have come, how long they took."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hub import registry
from hub.admin.badges import TONES, badge
from hub.durations import in_words
from hub.models import Application, SyncRun
from hub.models.work import State

Phase = SyncRun.Phase
# Runs over orders plan nothing and send Norce nothing by themselves: what they find has messages of its own.
ORDER_NEWS, LOST_ORDERS = "order_news", "lost_orders"
AT_WORK = (State.PENDING, State.RUNNING)


def polls_norce(run: SyncRun) -> bool:
    """Return whether the run only looks in Norce what has changed; a resource of another version does not."""
    return registry.polls_norce(run.resource)


def reads_norce(run: SyncRun) -> bool:
    """Return whether the run reads Norce, not the ERP."""
    return run.resource == LOST_ORDERS or polls_norce(run)


def only_looks(run: SyncRun) -> bool:
    """Return whether the run has no plan that is sent to Norce."""
    return run.resource == ORDER_NEWS or reads_norce(run)


def mode_words(run: SyncRun) -> str:
    """Return "Delta" or "Full", and whether it is a preview only."""
    mode = SyncRun.Mode(run.mode).label
    return _("%(mode)s, preview") % {"mode": mode} if run.dry_run else str(mode)


def application_names() -> dict[str, str]:
    """Return the names of the applications by key, "" being all of them."""
    return {"": _("All applications"), **dict(Application.objects.values_list("key", "name"))}


def run_badge(run: SyncRun) -> SafeString:
    """Return the state as a badge, with the phase while the run is at work."""
    state = State(run.state)
    text = str(state.label)
    if state in AT_WORK and run.started_at:
        phase = _("Reading Norce") if reads_norce(run) else Phase(run.phase).label
        text = f"{text}: {phase}"
    return badge(text, TONES.get(state, "plain"))


def grouped(number: int) -> str:
    """Return a number as it is written in the reader's language: "12,000"."""
    return number_format(number, force_grouping=True)


def to_send(run: SyncRun) -> int:
    """Return how many records the run has planned to send, those left out on the way excepted."""
    return max(run.count_new + run.count_changed + run.count_deactivated - run.count_skipped, 0)


def progress_words(run: SyncRun) -> str:
    """Return how far a run has come: "12,000 of 40,000 read", "3,500 of 9,000 sent"."""
    if polls_norce(run):
        numbers = {"read": grouped(run.count_read), "told": grouped(run.count_changed)}
        return _("%(read)s read, %(told)s to the ERP") % numbers
    if run.resource == ORDER_NEWS:
        return _("%(read)s read, %(found)s with news") % {
            "read": grouped(run.count_read),
            "found": grouped(run.count_accepted),
        }
    if run.resource == LOST_ORDERS:
        return _("%(read)s read, %(found)s missing") % {
            "read": grouped(run.count_read),
            "found": grouped(run.count_new),
        }
    if run.phase in (Phase.READING, Phase.CHECKING):
        known = run.phase == Phase.READING and run.expected and run.expected >= run.count_read
        numbers = {"done": grouped(run.count_read), "total": grouped(run.expected or 0)}
        return (_("%(done)s of %(total)s read") if known else _("%(done)s read")) % numbers
    total = grouped(to_send(run))
    if run.dry_run or run.state == State.HELD:
        return _("%(total)s would be sent") % {"total": total}
    if run.phase == Phase.SENT:
        return _("%(done)s of %(total)s accepted") % {"done": grouped(run.count_accepted), "total": total}
    return _("%(done)s of %(total)s sent") % {"done": grouped(run.count_sent), "total": total}


def took(run: SyncRun) -> str:
    """Return how long a run has taken since it was asked for, waiting included."""
    return in_words((run.finished_at or timezone.now()) - run.created_at)
