"""Carry what Norce did not take in the run before into a delta: the ERP will not list it again by itself."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from customers import bindings, reading, settling
from customers.kinds import Kind
from hub import batches, runs, work
from hub.models import SyncRow, SyncRun

CHUNK = 1000
CARRIED = sentence(_("Carried over from run %(run)s, in which it was not sent, or Norce did not take it."))


def carry(item: SyncRun, kind: Kind) -> None:
    """Plan again, as they were, the records that the last ended run failed to bring over, or left to the shop's change.

    The delta has read everything that the ERP has changed since that run began, so a record that it
    has not found is as it was then. One that it has found, or that was accepted or seen since, stays out.
    """
    last = runs.last_ended(item)
    if last is None or item.mode == SyncRun.Mode.FULL:
        return
    left = Q(action=SyncRow.Action.SKIPPED, message__in=settling.SHOPS)
    untaken = Q(action=SyncRow.Action.FAILED) | Q(action=SyncRow.Action.SENT) | left
    rows = last.rows.filter(untaken, change__in=batches.SENDABLE).exclude(payload="").order_by("pk")
    after = 0
    while chunk := list(rows.filter(pk__gt=after)[:CHUNK]):
        work.beat(item)
        after = chunk[-1].pk
        copies = [_copy(item, last, row) for row in _wanted(item, last, kind, chunk)]
        batches.place(item, copies)
        reading.keep(copies)
    runs.store(item, field_sets=item.field_sets, cursor=item.cursor)


def _wanted(item: SyncRun, last: SyncRun, kind: Kind, rows: Sequence[SyncRow]) -> list[SyncRow]:
    found = set(item.rows.filter(subject__in=[row.subject for row in rows]).values_list("subject", flat=True))
    newer = Q(seen_run__gt=last.pk) | Q(accepted_run__gt=last.pk) | Q(forgotten_at__isnull=False)
    codes = {
        (connection, code)
        for connection in {row.erp_connection for row in rows}
        for code in bindings.in_scope(kind.table, item.application_key, connection)
        .filter(newer, erp_code__in=[row.erp_code for row in rows])
        .values_list("erp_code", flat=True)
    }
    return [row for row in rows if row.subject not in found and (row.erp_connection, row.erp_code) not in codes]


def _copy(item: SyncRun, last: SyncRun, row: SyncRow) -> SyncRow:
    method, fields = last.field_sets[row.field_set or 0]
    return SyncRow(
        run=item,
        erp_connection=row.erp_connection,
        erp_code=row.erp_code,
        subject=row.subject,
        identifier=row.identifier,
        norce_id=row.norce_id,
        change=row.change,
        is_active=row.is_active,
        payload=row.payload,
        field_set=reading.field_set(item, method, fields),
        digest=row.digest,
        changes=row.changes,
        message=CARRIED % {"run": last.pk},
    )
