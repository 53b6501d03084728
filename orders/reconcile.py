"""Resource lost_orders: orders that Norce has and the hub never got are reported, or fetched; days are counted.

For each application Norce's orders are read page by page and compared with the hub's; then each ERP is asked how
many it made, and whether it still has the orders that are not finished.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import HubError, PermanentError
from hub import gateways, registry, runs, work
from hub.models import Application, SyncRow, SyncRun
from hub.models.work import State
from orders import counting, fetching, tally, vanished
from orders.event_orders import norce_subject
from orders.figures import of_sums
from orders.norce_rows import day_of, midnight

NAME = "lost_orders"
# A run works in parts, so that no worker is held for long and a killed one loses little.
PART = 20.0
FULL = timedelta(days=30)
FIRST = timedelta(days=1)
OVERLAP = timedelta(hours=6)
# A push and its first repeats may still be on their way; what is younger is left to them.
YOUNG = timedelta(minutes=30)
Change, Action, Phase = SyncRow.Change, SyncRow.Action, SyncRun.Phase
REPORTED = sentence(_("Norce has it and never sent it here. Fetch it on the page Reconciliation."))
FETCHED = sentence(_("Norce has it and never sent it here. It is being fetched."))


def resource() -> registry.Resource:
    """Return what a run that looks for lost orders does."""
    return registry.Resource(name=NAME, run=run, wanted=wanted)


def wanted() -> bool:
    """Return whether there is any application whose orders could be lost."""
    return Application.objects.filter(is_active=True).exists()


def run(item: SyncRun) -> State | None:
    """Do the next part of a run; how far it has come is kept after each page and each day."""
    until = time.monotonic() + PART
    if not item.cursor:
        runs.store(item, cursor=_beginning(item))
    while item.cursor["step"] < len(item.cursor["steps"]):
        if time.monotonic() > until:
            return State.PENDING
        step, name = item.cursor["steps"][item.cursor["step"]]
        STEPS[step](item, name)
    runs.store(item, phase=Phase.SENT, count_new=item.rows.filter(change=Change.NEW).count())
    return runs.ending(item)


def span(item: SyncRun, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when Norce's orders are read: whole days here, up to half an hour ago."""
    since = item.since - OVERLAP if item.since else now - (FULL if item.mode == SyncRun.Mode.FULL else FIRST)
    return midnight(day_of(since)), now - YOUNG


def _beginning(item: SyncRun) -> dict[str, object]:
    since, until = span(item, timezone.now())
    applications = Application.objects.filter(is_active=True).order_by("number")
    keys = list(applications.values_list("key", flat=True))
    connections = sorted(set(applications.values_list("erp_connection__name", flat=True)))
    steps = [["norce", key] for key in keys]
    if not item.dry_run:
        steps += [*(["erp", key] for key in keys), *(["vanished", name] for name in connections)]
    return {"since": since.isoformat(), "until": until.isoformat(), "steps": steps, "step": 0}


def _norce(item: SyncRun, key: str) -> None:
    """Read the next page of an application's orders in Norce; behind the last one the days are kept."""
    since, until = _span_of(item)
    application = Application.objects.get(key=key)
    query = gateways.norce_query(application.number)
    after = item.cursor.get("after", 0)
    page = query.orders_created(since, until, application.number, after)
    days = item.cursor.get("days") or tally.empty_days(since, until)
    if not page:
        with transaction.atomic():
            if not item.dry_run:
                counting.keep(application, days, since=since, until=until)
            _next(item)
        return
    last = max(row.id or 0 for row in page)
    if last <= after:
        raise PermanentError("norce_orders_again", place=after)
    days, missing = tally.add_page(days, page, application, query)
    work.beat(item)
    with transaction.atomic():
        for lost in missing:
            _report(item, application, lost)
        runs.count_up(item, read=len(page))
        runs.store(item, cursor=item.cursor | {"after": last, "days": days})


def _report(item: SyncRun, application: Application, lost: tally.Lost) -> None:
    fetches = settings.LOST_ORDERS_FETCH and not item.dry_run
    SyncRow.objects.update_or_create(
        run=item,
        subject=norce_subject(application.number, lost.reference, lost.source),
        defaults={
            "erp_code": lost.reference,
            "change": Change.NEW,
            "action": Action.ACCEPTED if fetches else Action.SKIPPED,
            "message": FETCHED if fetches else REPORTED,
        },
    )
    if fetches:
        fetching.put(application, order_id=lost.id, reference=lost.reference)


def _erp(item: SyncRun, key: str) -> None:
    """Ask an application's ERP for the next day's figure; one that is away is not asked for the others."""
    since, until = _span_of(item)
    days = sorted(tally.empty_days(since, until))
    place = item.cursor.get("day", 0)
    application = Application.objects.select_related("erp_connection").get(key=key)
    day = date.fromisoformat(days[place])
    end = min(midnight(day + timedelta(days=1)), until)
    try:
        erp = gateways.erp(application.erp_connection.name)
        found = erp.totals(midnight(day), end, f"{application.number}-")
    except HubError as error:
        counting.keep_erp_error(application, days[place:], str(error))
        _next(item)
        return
    counting.keep_erp(application, day, of_sums(found.count, found.sums))
    if place + 1 < len(days):
        runs.store(item, cursor=item.cursor | {"day": place + 1})
    else:
        _next(item)


def _vanished(item: SyncRun, name: str) -> None:
    if not vanished.look(item, name):
        _next(item)


STEPS: dict[str, Callable[[SyncRun, str], None]] = {"norce": _norce, "erp": _erp, "vanished": _vanished}


def _next(item: SyncRun) -> None:
    """Go on to the next step; what the last one kept of its own is forgotten."""
    kept = {name: item.cursor[name] for name in ("since", "until", "steps")}
    runs.store(item, cursor=kept | {"step": item.cursor["step"] + 1})


def _span_of(item: SyncRun) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(item.cursor["since"]), datetime.fromisoformat(item.cursor["until"])


def _nothing(item: SyncRun, batch: int) -> None:
    """Nothing of a run's rows is sent in batches."""
