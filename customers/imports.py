"""Resources customers and companies: read the ERP, compare, check the plan, and send what has changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone

from connectors.errors import HoldError, HubError
from customers import bindings, carrying, checking, forgetting, matching, reading, settling
from customers.kinds import COMPANIES, PEOPLE, Kind
from hub import batches, brake, registry, runs
from hub.models import Application, ErpConnection, SyncRow, SyncRun
from hub.models.work import State

# A run works in parts, so that no worker is held for long and a killed one loses little.
PART = 20.0
Phase = SyncRun.Phase
NAMES = {"customers": PEOPLE, "companies": COMPANIES}


def resources() -> list[registry.Resource]:
    """Return what the customers app does in runs over people and companies."""
    return [
        registry.Resource(
            name=name,
            run=_runner(kind),
            settle=settling.settle,
            wanted=lambda: True,
            before_send=settling.drop_stale,
            applications=applications,
        )
        for name, kind in NAMES.items()
    ]


def applications() -> list[str]:
    """Return the application keys to run for: each active one where customers are unique to it, else "" for all."""
    keys = Application.objects.filter(is_active=True).order_by("number").values_list("key", flat=True)
    return list(keys) if bindings.are_by_application() else [""]


def _runner(kind: Kind) -> Callable[[SyncRun], State | None]:
    def run(item: SyncRun) -> State | None:
        return advance(item, kind)

    return run


def advance(item: SyncRun, kind: Kind) -> State | None:
    """Do the next part of a run: read, then check the whole plan, then send; return the state it is left in.

    Raises HoldError when the plan looks wrong and nobody has approved it: nothing is sent then.
    """
    until = time.monotonic() + PART
    if item.phase == Phase.READING and not _read(item, kind, until):
        return State.PENDING
    if item.phase == Phase.CHECKING and not _check(item, kind, until):
        return State.PENDING
    if item.plan and item.plan != item.approved_plan and not item.dry_run:
        raise _held(item, kind)
    return preview(item) if item.dry_run else send(item, until)


def _read(item: SyncRun, kind: Kind, until: float) -> bool:
    if kind is PEOPLE and "steps" not in item.cursor:
        forgetting.learn(item)
    if not reading.read(item, [kind], reading.take_page, until=until):
        return False
    if item.mode == SyncRun.Mode.FULL:
        checking.add_missing(item, kind)
    carrying.carry(item, kind)
    checking.refuse_bound(item, kind)
    checking.refuse_doubles(item, kind)
    checking.refuse_same_codes(item, kind)
    runs.store(item, phase=Phase.CHECKING)
    return True


def _check(item: SyncRun, kind: Kind, until: float) -> bool:
    if not matching.match(item, kind, until=until):
        return False
    checking.count(item)
    found = _doubts(item, kind)
    wanted = found or item.dry_run
    digest = brake.plan_digest(item) if wanted else ""
    runs.store(item, phase=Phase.SENDING, plan=digest, planned_at=timezone.now())
    return True


def _doubts(item: SyncRun, kind: Kind) -> list[HubError]:
    return [
        reason
        for connection in ErpConnection.objects.filter(name__in=item.reads).order_by("name")
        for reason in brake.reasons(connection, _weight(item, kind, connection.name))
    ]


def _weight(item: SyncRun, kind: Kind, connection: str) -> brake.Weight:
    before = runs.last_full(item) if item.mode == SyncRun.Mode.FULL else None
    ending = item.rows.filter(change=SyncRow.Change.DEACTIVATED, erp_connection=connection).count()
    known = bindings.in_scope(kind.table, item.application_key, connection)
    known = known.filter(checking.told(), is_active=True, forgotten_at=None)
    return brake.Weight(
        deactivated=ending,
        # Counting a large register takes its time, and without deactivations nobody asks.
        known=known.count() if ending else 0,
        read=item.reads.get(connection, 0),
        read_before=before.reads.get(connection) if before else None,
    )


def _held(item: SyncRun, kind: Kind) -> HoldError:
    doubts = _doubts(item, kind)
    return HoldError("brake", doubts=doubts) if doubts else HoldError("brake_earlier")


def preview(item: SyncRun) -> State:
    """Build the calls and end: a preview sends nothing."""
    batches.form(item)
    runs.store(item, phase=Phase.SENT)
    return State.DONE


def send(item: SyncRun, until: float) -> State:
    """Send the planned rows in batches; after a person's Retry also those that Norce did not take."""
    if item.phase == Phase.SENT:
        batches.plan_again(item)
        runs.store(item, phase=Phase.SENDING)
    batches.form(item)
    if not batches.send(item, until=until):
        return State.PENDING
    runs.store(item, phase=Phase.SENT)
    return runs.ending(item)
