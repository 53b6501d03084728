"""What a run's page shows: progress, counts that lead to their rows, calls, and what was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.admin.attempts import lines
from hub.admin.links import list_url
from hub.admin.run_calls import SHOWN, calls
from hub.admin.run_progress import remaining, steps
from hub.admin.run_words import (
    LOST_ORDERS,
    ORDER_NEWS,
    application_names,
    grouped,
    mode_words,
    polls_norce,
    run_badge,
    took,
)
from hub.models import SyncRow, SyncRun
from hub.models.work import State
from hub.work_titles import run_title

NOT_TAKEN = 10
# A run that waits for a person moves only when the person does something.
MOVING = (State.PENDING, State.RUNNING, State.SUBMITTED)
# The refused ones have a column of an index; the failed ones are looked for only when there are any.
ROWS_OF: dict[str, dict[str, str]] = {
    "new": {"change__exact": SyncRow.Change.NEW},
    "changed": {"change__exact": SyncRow.Change.CHANGED},
    "deactivated": {"change__exact": SyncRow.Change.DEACTIVATED},
    "refused": {"change__exact": SyncRow.Change.REFUSED},
    "accepted": {"action__exact": SyncRow.Action.ACCEPTED},
    "skipped": {"action__exact": SyncRow.Action.SKIPPED},
    "failed": {"action__exact": SyncRow.Action.FAILED},
}
UNCHANGED: dict[str, dict[str, str]] = {"unchanged": {"change__exact": SyncRow.Change.UNCHANGED}}
COUNTS = (
    "read",
    "new",
    "changed",
    "unchanged",
    "deactivated",
    "refused",
    "sent",
    "accepted",
    "skipped",
    "failed",
)
POLLED = ("read", "changed", "unchanged", "refused")
OF_ORDERS = {
    ORDER_NEWS: ("read", "accepted", "skipped", "failed"),
    LOST_ORDERS: ("read", "new", "accepted", "skipped", "failed"),
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One count of a run; ``url`` leads to its rows, "" where there are none to be shown."""

    title: str
    number: str
    url: str = ""


def progress(run: SyncRun) -> dict[str, Any]:
    """Return what moves while the run is at work."""
    found = calls(run)
    return {
        "run": run,
        "steps": steps(run),
        "remaining": remaining(run),
        "figures": figures(run),
        "calls": found[:SHOWN],
        "more_calls": len(found) > SHOWN,
        "jobs_url": list_url("hub_norcejob", run__id__exact=str(run.pk)) if any(call.job for call in found) else "",
        "poll_url": reverse("admin:hub_syncrun_progress", args=[run.pk]) if run.state in MOVING else "",
    }


def page(run: SyncRun, *, with_rows: bool) -> dict[str, Any]:
    """Return the template's variables for one run; ``with_rows`` says whether the user may see its records."""
    of_run = {"run__id__exact": str(run.pk)}
    return progress(run) | {
        "title_words": run_title(run),
        "run_badge": run_badge(run),
        "mode": mode_words(run),
        "application": application_names().get(run.application_key, run.application_key),
        "took": took(run),
        "attempts": lines(run),
        "not_taken": not_taken(run) if with_rows else [],
        "records": records(run) if with_rows else 0,
        "records_shown": grouped(records(run)),
        "rows_url": list_url("hub_syncrow", **of_run),
        "csv_url": f"{reverse('admin:hub_syncrow_csv')}?run__id__exact={run.pk}",
    }


def figures(run: SyncRun) -> list[Figure]:
    """Return the run's counts; a real run keeps no rows of what is unchanged, one that polls Norce of refused only."""
    rows_of = ROWS_OF | (UNCHANGED if run.dry_run else {})
    if polls_norce(run):
        rows_of = {"refused": ROWS_OF["refused"]}
    found = []
    for name in POLLED if polls_norce(run) else OF_ORDERS.get(run.resource, COUNTS):
        number = getattr(run, f"count_{name}")
        title = _figure_title(run, name)
        linked = number and name in rows_of
        url = list_url("hub_syncrow", run__id__exact=str(run.pk), **rows_of[name]) if linked else ""
        found.append(Figure(title=title, number=grouped(number), url=url))
    return found


def _figure_title(run: SyncRun, name: str) -> str:
    titles = {(ORDER_NEWS, "accepted"): _("with news"), (LOST_ORDERS, "new"): _("missing")}
    titles |= {(LOST_ORDERS, "accepted"): _("being fetched"), (LOST_ORDERS, "skipped"): _("reported")}
    return titles.get((run.resource, name)) or str(label_for_field(f"count_{name}", SyncRun))


def records(run: SyncRun) -> int:
    """Return how many rows the run has made; a real one makes none of what is unchanged."""
    if polls_norce(run):
        return run.count_refused
    rows = run.count_new + run.count_changed + run.count_deactivated + run.count_refused
    return rows + run.count_unchanged if run.dry_run else rows


def not_taken(run: SyncRun) -> list[SyncRow]:
    """Return the first rows that Norce or the hub did not take, refused ones first."""
    rows = run.rows.defer("payload").order_by("pk")
    refused = list(rows.filter(change=SyncRow.Change.REFUSED)[:NOT_TAKEN])
    failed = rows.filter(action=SyncRow.Action.FAILED)[: NOT_TAKEN - len(refused)] if run.count_failed else []
    return [*refused, *failed]


def question(run: SyncRun) -> list[tuple[str, str]]:
    """Return what an approval releases: how many are made, changed and deactivated."""
    return [
        (_("new"), grouped(run.count_new)),
        (_("changed"), grouped(run.count_changed)),
        (_("deactivated"), grouped(run.count_deactivated)),
        (_("refused, not sent"), grouped(run.count_refused)),
    ]
