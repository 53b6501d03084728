"""How far a run has come, phase by phase, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from hub import work
from hub.admin.badges import TONES
from hub.admin.run_words import AT_WORK, Phase, grouped, only_looks, reads_norce, to_send
from hub.durations import in_words
from hub.models import Attempt, SyncRun
from hub.models.work import State

PHASES = list(Phase)
# A rate says something only after a while.
SHORTEST = 5.0
PARTS_COUNTED = 1000


@dataclass(frozen=True, kw_only=True)
class Step:
    """One phase. ``percent`` is None where nobody knows how much there is; ``tone`` is that of badges."""

    title: str
    text: str
    percent: int | None
    tone: str


def steps(run: SyncRun) -> list[Step]:
    """Return the phases of a run, a preview's without those that send; one that only looks has one."""
    if only_looks(run):
        title = _("Read from Norce") if reads_norce(run) else _("Read from the ERP")
        return [_step(run, Phase.READING, title, run.count_read, None)]
    total = to_send(run)
    found = [
        _step(run, Phase.READING, _("Read from the ERP"), run.count_read, run.expected),
        _step(run, Phase.CHECKING, _("Plan checked"), None, None),
    ]
    if not run.dry_run:
        found += [
            _step(run, Phase.SENDING, _("Sent to Norce"), run.count_sent, total),
            _step(run, Phase.SENT, _("Answered by Norce"), run.count_accepted + run.count_failed, total),
        ]
    return found


def _step(run: SyncRun, phase: Phase, title: str, done: int | None, total: int | None) -> Step:
    ahead = PHASES.index(phase) - PHASES.index(Phase(run.phase))
    ended = ahead < 0 or run.state == State.DONE
    tone = "good" if ended else TONES.get(State(run.state), "plain") if ahead == 0 else "plain"
    text = grouped(done) if done else ""
    if text and total and not ended:
        text = _("%(done)s of %(total)s") % {"done": text, "total": grouped(max(total, done or 0))}
    share = min(100, 100 * (done or 0) // total) if total else None
    return Step(title=title, text=text, percent=100 if ended else share if ahead == 0 or done else 0, tone=tone)


def remaining(run: SyncRun) -> str:
    """Return how long the present phase will still take at the rate so far, "" when nobody can know."""
    if run.state not in AT_WORK:
        return ""
    since, done, total = run.created_at, run.count_read, run.expected or 0
    if run.phase == Phase.SENDING and run.planned_at:
        since, done, total = run.planned_at, run.count_sent, to_send(run)
    elif run.phase != Phase.READING:
        return ""
    seconds = _worked(run, since) if 0 < done < total else 0.0
    return in_words(timedelta(seconds=seconds * (total - done) / done)) if seconds >= SHORTEST else ""


def _worked(run: SyncRun, since: datetime) -> float:
    """Return for how many seconds workers were at the run: waiting for a person or a pause says nothing of the rate."""
    parts = Attempt.objects.filter(**work.key_of(run)).order_by("-number")
    now = timezone.now()
    spans = parts.values_list("started_at", "finished_at")[:PARTS_COUNTED]
    return sum(max(((end or now) - max(start, since)).total_seconds(), 0.0) for start, end in spans)
