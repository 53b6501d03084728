"""Keep what Norce has accepted: one statement for a batch, whatever its size."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from customers import bindings, checking, hearing, norce_rows
from customers.kinds import BOTH, Kind
from customers.models import Binding
from hub.models import InboxEvent, OutboxMessage, SyncRow, SyncRun
from hub.models.work import UNFINISHED

STALE = sentence(_("A newer run has told Norce about this record since: what was planned here is older."))
SEEN = sentence(_("A newer run has found this record as Norce has it: what was planned here is older."))
FORGOTTEN = sentence(_("Norce has forgotten this customer since the run was planned."))
HEARD = sentence(_("Norce has told of a change that has not been looked at yet: what was planned here may be older."))
WAITING = sentence(_("A change from the shop has not reached the ERP yet: what was planned here may be older."))
CHANGED = sentence(
    _("A change from the shop has reached the ERP since the run began: what was planned here may be older.")
)
# The ERP may not list again what is left out for one of these, so the next delta carries it over.
SHOPS = (HEARD, WAITING, CHANGED)
GONE = sentence(_("Its code was corrected, or its binding deleted, since the run was planned."))

# The binding of each accepted row, made or brought up to date. An identifier or Norce id that another code has
# got meanwhile stays there; whose code was corrected meanwhile does not come back under the old one. A row without
# a digest says only that a record ended: what was sent before stays known.
_ACCEPT = """
INSERT INTO {bindings} AS old (
    application_key, erp_connection, erp_code, {column}, {others} norce_id, report, report_error,
    created_at, reported_at, digest, sent, heard, is_active, accepted_run, accepted_at
)
SELECT %(key)s, r.erp_connection, r.erp_code,
    CASE WHEN EXISTS (SELECT 1 FROM {bindings} o WHERE o.application_key = %(key)s
            AND o.erp_connection = r.erp_connection AND o.{column} = r.identifier AND NOT (o.{column} = '')
            AND o.erp_code <> r.erp_code) THEN '' ELSE r.identifier END,
    {blanks}
    CASE WHEN EXISTS (SELECT 1 FROM {bindings} o WHERE o.application_key = %(key)s
            AND o.erp_connection = r.erp_connection AND o.norce_id = r.norce_id AND o.norce_id IS NOT NULL
            AND o.erp_code <> r.erp_code) THEN NULL ELSE r.norce_id END,
    'accepted', '', %(now)s, %(now)s, r.digest, r.payload, '', r.is_active, %(run)s, %(now)s
FROM {rows} r
WHERE r.run_id = %(run)s AND r.batch = %(batch)s AND r.action = 'accepted' AND r.subject LIKE %(kind)s
    AND (r.change = 'new' OR EXISTS (SELECT 1 FROM {bindings} o WHERE o.application_key = %(key)s
        AND o.erp_connection = r.erp_connection AND o.erp_code = r.erp_code))
ON CONFLICT (application_key, erp_connection, erp_code) DO UPDATE SET
    {column} = CASE WHEN excluded.{column} = '' THEN old.{column} ELSE excluded.{column} END,
    norce_id = COALESCE(excluded.norce_id, old.norce_id),
    report = 'accepted', report_error = '', reported_at = COALESCE(old.reported_at, excluded.reported_at),
    digest = excluded.digest,
    sent = CASE WHEN excluded.digest = '' THEN old.sent ELSE excluded.sent END,
    is_active = excluded.is_active, accepted_run = excluded.accepted_run, accepted_at = excluded.accepted_at
WHERE old.forgotten_at IS NULL
"""


def settle(run: SyncRun, batch: int) -> None:
    """Make or bring up to date the bindings of a batch's accepted rows; called in the transaction that ends its job."""
    for kind in BOTH:
        _accept(run, batch, kind)


def drop_stale(run: SyncRun, batch: int) -> None:
    """Leave out of a batch what may be older than what Norce has, who is forgotten, whose code is gone.

    Older is what a newer run has sent or found unchanged since, and whom the shop has changed: the ERP
    gets that first, and then lists it by itself; what it has not got, the next delta carries over.
    """
    rows = run.rows.filter(batch=batch, action=SyncRow.Action.PLANNED)
    _drop_changed(run, rows)
    for kind in BOTH:
        _drop_gone(run, kind, rows)
        for name in {name for _kind, name in run.cursor.get("steps", [])}:
            mine = rows.filter(erp_connection=name, subject__startswith=f"{kind.name}:")
            bound = bindings.in_scope(kind.table, run.application_key, name).filter(
                erp_code__in=mine.values("erp_code")
            )
            stale = Q(seen_run__gt=run.pk) & ~Exists(_to_be_told(run, kind))
            for condition, text in (
                (Q(accepted_run__gt=run.pk), STALE),
                (stale, SEEN),
                (~Q(forgotten_at=None), FORGOTTEN),
            ):
                codes = list(bound.filter(condition).values_list("erp_code", flat=True))
                if codes:
                    mine.filter(erp_code__in=codes).update(action=SyncRow.Action.SKIPPED, message=text)


def _drop_changed(run: SyncRun, rows: QuerySet[SyncRow]) -> None:
    """Leave out whom the shop has changed: not looked at to the end, on its way to the ERP, there since the run."""
    for kind in BOTH:
        subject = Concat(Value(norce_rows.subject(kind, "")), OuterRef("norce_id"), output_field=TextField())
        events = InboxEvent.objects.filter(subject=subject, state__in=UNFINISHED)
        mine = rows.filter(subject__startswith=f"{kind.name}:").exclude(norce_id=None)
        mine.filter(Exists(events)).update(action=SyncRow.Action.SKIPPED, message=HEARD)
    told = OutboxMessage.objects.filter(kind=hearing.KIND, subject=OuterRef("subject"))
    rows.filter(Exists(told.filter(state__in=UNFINISHED))).update(action=SyncRow.Action.SKIPPED, message=WAITING)
    since = told.filter(finished_at__gte=run.created_at)
    rows.filter(Exists(since)).update(action=SyncRow.Action.SKIPPED, message=CHANGED)


def _drop_gone(run: SyncRun, kind: Kind, rows: QuerySet[SyncRow]) -> None:
    """Leave out what was planned for a binding that is there no more: a person has corrected its code meanwhile."""
    bound = bindings.in_scope(kind.table, run.application_key, OuterRef("erp_connection"))
    planned = rows.filter(subject__startswith=f"{kind.name}:").exclude(change=SyncRow.Change.NEW)
    gone = planned.filter(~Exists(bound.filter(erp_code=OuterRef("erp_code"))))
    gone.update(action=SyncRow.Action.SKIPPED, message=GONE)


def _to_be_told(run: SyncRun, kind: Kind) -> QuerySet[SyncRow]:
    """Return, inside a query of bindings, the rows of newer runs that Norce has not taken."""
    waiting = (SyncRow.Action.PLANNED, SyncRow.Action.SENT, SyncRow.Action.FAILED)
    rows = SyncRow.objects.filter(subject=checking.subject(kind), run__gt=run.pk, run__dry_run=False)
    return rows.filter(action__in=waiting).exclude(change=SyncRow.Change.REFUSED)


def _accept(run: SyncRun, batch: int, kind: Kind) -> None:
    others = [name for name in ("vat_no",) if kind.table is not Binding and hasattr(kind.table, name)]
    names = {
        "bindings": kind.table._meta.db_table,
        "rows": SyncRow._meta.db_table,
        "column": kind.column,
        "others": "".join(f"{name}, " for name in others),
        "blanks": "'', " * len(others),
    }
    values: dict[str, str | int | datetime] = {
        "key": run.application_key,
        "now": timezone.now(),
        "run": run.pk,
        "batch": batch,
        "kind": f"{kind.name}:%",
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT.format(**names), values)
