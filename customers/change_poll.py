"""Resource norce_changes: look in Norce for changed customers and companies that no event has told of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F

from connectors.errors import PermanentError
from connectors.norce.query import NorceQuery
from customers import hearing, norce_rows, reading
from customers.hearing import Outcome
from customers.kinds import COMPANIES, PEOPLE, Kind
from customers.norce_rows import Row
from hub import registry, runs, work
from hub.models import SyncRow, SyncRun
from hub.models.work import State

log = structlog.get_logger(__name__)

NAME = "norce_changes"
PART = 20.0
# Before the first poll there is no watermark. Who has changed earlier is heard of at the next change, or by nobody.
FIRST = timedelta(hours=24)
STEPS = (PEOPLE, COMPANIES)


def resource() -> registry.Resource:
    """Return what a poll does; one asks for all applications, because Query does not tell them apart."""
    return registry.Resource(name=NAME, run=run, wanted=lambda: True, polls_norce=True)


def run(item: SyncRun) -> State | None:
    """Do the next part of a poll: a page at a time, each kept together with where the next one begins.

    It reads what was changed since the last poll that came through began, less an overlap (`hub.runs.cursor`):
    twice costs nothing, because what the ERP knows is told apart. A tenant without the companies' set, whose
    name is inferred, answers 404 and is polled for people only.
    """
    until = time.monotonic() + PART
    query = norce_rows.query_for("")
    while (place := item.cursor.get("step", 0)) < len(STEPS):
        if time.monotonic() > until:
            return State.PENDING
        rows = _read(item, query, STEPS[place])
        _take(item, STEPS[place], rows, norce_rows.countries(query, rows))
    runs.store(item, phase=SyncRun.Phase.SENT)
    return runs.ending(item)


def _read(item: SyncRun, query: NorceQuery, kind: Kind) -> Sequence[Row]:
    since = item.since or item.created_at - FIRST
    try:
        return norce_rows.page(query, kind, since, item.cursor.get("after", 0))
    except PermanentError as error:
        if error.status != 404 or kind is not COMPANIES:
            raise
        log.warning("norce cannot tell who has changed", kind=kind.name, error=str(error))
        return []


def _take(item: SyncRun, kind: Kind, rows: Sequence[Row], countries: dict[int, str]) -> None:
    """Let a page be heard, and keep what came of it and where to go on; an empty one ends its kind."""
    cursor = {**item.cursor, "after": max(row.id or 0 for row in rows)} if rows else _next_step(item)
    with transaction.atomic():
        outcomes = hearing.hear(kind, rows, countries)
        reading.keep([_refused(item, kind, one) for one in outcomes if one.problem])
        refused, told = sum(bool(one.problem) for one in outcomes), sum(one.put for one in outcomes)
        # The lease may have been lost while Norce answered: then another worker takes this page.
        if not work.mine(item).update(
            cursor=cursor,
            count_read=F("count_read") + len(outcomes),
            count_changed=F("count_changed") + told,
            count_refused=F("count_refused") + refused,
            count_unchanged=F("count_unchanged") + len(outcomes) - told - refused,
        ):
            raise work.LeaseLost(str(item))
    item.cursor = cursor


def _next_step(item: SyncRun) -> dict[str, int]:
    return {"step": item.cursor.get("step", 0) + 1, "after": 0}


def _refused(item: SyncRun, kind: Kind, outcome: Outcome) -> SyncRow:
    """Return the row of the run for one that cannot be told."""
    return SyncRow(
        run=item,
        erp_code="",
        subject=norce_rows.subject(kind, outcome.norce_id),
        norce_id=outcome.norce_id,
        change=SyncRow.Change.REFUSED,
        **(runs.row_failure(outcome.problem) if outcome.problem else {}),
    )
