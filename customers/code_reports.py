"""Resource code_reports: tell Norce the ERP codes of its customers and companies, collected, in few calls.

A delta reports the codes that are due, as orders make them. A full run is the fail-safe of guide 000:
it reads every customer of the ERP first, so that all codes that Norce lacks are due.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import simplejson
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpParty
from customers import bindings, checking, forgetting, imports, matching, reading, records
from customers.kinds import BOTH, COMPANIES, Kind
from customers.models import Binding
from hub import registry, runs, work
from hub.models import Application, ErpConnection, SyncRow, SyncRun
from hub.models.work import State

NAME = "code_reports"
CHUNK = 1000
NAMELESS = sentence(_("Nothing to look for in Norce: no e-mail address, no organisation number."))
NOT_THERE = sentence(_("Norce does not have this customer."))
GONE = sentence(_("It was corrected, deleted or forgotten here meanwhile."))
Change, Action, Phase = SyncRow.Change, SyncRow.Action, SyncRun.Phase


def resource() -> registry.Resource:
    """Return what a run over codes does."""
    return registry.Resource(
        name=NAME,
        run=run,
        settle=settle,
        wanted=wanted,
        before_send=drop_gone,
        applications=imports.applications,
    )


def wanted() -> bool:
    """Return whether any code waits to be reported."""
    due = {"report": Binding.Report.DUE, "forgotten_at": None}
    return any(kind.table._default_manager.filter(**due).exists() for kind in BOTH)


def run(item: SyncRun) -> State | None:
    """Do the next part of a run: bind what the ERP has (full), find everybody in Norce, send Id and code."""
    until = time.monotonic() + imports.PART
    if item.phase == Phase.READING:
        if item.mode == SyncRun.Mode.FULL and not reading.read(item, BOTH, bind_page, until=until):
            return State.PENDING
        _plan(item)
    if item.phase == Phase.CHECKING and not _check(item, until):
        return State.PENDING
    return imports.preview(item) if item.dry_run else imports.send(item, until)


def bind_page(item: SyncRun, kind: Kind, connection: ErpConnection, parties: Sequence[ErpParty]) -> None:
    """Make the bindings that are missing for a page of the ERP's register; their codes are due then.

    A second code with an identifier that is taken gets none, nor do texts that no column takes: the run over
    customers says so by name.
    """
    if item.dry_run:
        return
    rows: list[Any] = [
        kind.table(
            application_key=item.application_key,
            erp_connection=connection.name,
            erp_code=party.code,
            **{kind.column: kind.identifier(party)},
        )
        for party in parties
        if party.active and _fits(party, kind)
    ]
    kind.table._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)


def _fits(party: ErpParty, kind: Kind) -> bool:
    """Return whether a binding can keep a party's code and identifier; else the run over customers says why not."""
    texts = {"erp_code": party.code, kind.column: kind.identifier(party)}
    lengths = {field.name: field.max_length or 0 for field in kind.table._meta.fields}
    return all(text and text == reading.kept(text, lengths[name]) for name, text in texts.items())


def drop_gone(item: SyncRun, batch: int) -> None:
    """Leave out of a batch the codes that were corrected, deleted or forgotten since they were planned."""
    for kind in BOTH:
        rows = _rows(item, kind).filter(batch=batch, action=Action.PLANNED)
        rows.filter(~Exists(_bound(item, kind))).update(action=Action.SKIPPED, message=GONE)


def settle(item: SyncRun, batch: int) -> None:
    """Mark the bindings of an ended job's rows as reported or refused."""
    now = timezone.now()
    for kind in BOTH:
        rows = _rows(item, kind).filter(batch=batch)
        accepted, failed = rows.filter(action=Action.ACCEPTED), rows.filter(action=Action.FAILED)
        _told(item, kind, accepted).update(
            report=Binding.Report.ACCEPTED,
            report_error="",
            reported_at=now,
            norce_id=Coalesce(
                F("norce_id"), Subquery(accepted.filter(subject=checking.subject(kind)).values("norce_id")[:1])
            ),
        )
        text = Subquery(failed.filter(subject=checking.subject(kind)).values("message")[:1])
        _told(item, kind, failed).update(report=Binding.Report.FAILED, report_error=text)


def _plan(item: SyncRun) -> None:
    """Plan a row for each code that is due; a full run asks again for those Norce refused or did not know."""
    states = [Binding.Report.DUE]
    if item.mode == SyncRun.Mode.FULL:
        states += [Binding.Report.UNKNOWN, Binding.Report.FAILED]
    number = 0
    for kind in BOTH:
        due = kind.table._default_manager.filter(
            application_key=item.application_key, report__in=states, forgotten_at=None
        )
        for chunk in _chunks(due):
            work.beat(item)
            reading.keep([_row(item, kind, row) for row in chunk])
            number += len(chunk)
    names = {name for kind in BOTH for name in _connections(item, kind)}
    steps = item.cursor.get("steps") or [[kind.name, name] for kind in BOTH for name in sorted(names)]
    # The pages have counted in the database only; what was read of each ERP is at hand.
    read = sum(item.reads.values())
    runs.store(
        item, phase=Phase.CHECKING, cursor={"steps": steps}, field_sets=item.field_sets, count_read=max(read, number)
    )


def _check(item: SyncRun, until: float) -> bool:
    if "learned" not in item.cursor and item.rows.exists():
        forgetting.learn(item)
        runs.store(item, cursor=item.cursor | {"learned": True})
    for kind in BOTH:
        if not matching.match(item, kind, until=until, replaces_codes=True):
            return False
        if matching.is_register_absent(item, kind):
            _identify(item, kind)
        _skip_unknown(item, kind)
    checking.count(item)
    runs.store(item, phase=Phase.SENDING)
    return True


def _skip_unknown(item: SyncRun, kind: Kind) -> None:
    """Leave out who cannot be matched; the binding says why, a full run looks again."""
    rows = _rows(item, kind).filter(action=Action.PLANNED)
    unmatched = rows.filter(norce_id=None, change=Change.NEW)
    with transaction.atomic():
        rows.filter(change=Change.REFUSED).update(action=Action.SKIPPED, change=Change.NEW)
        unmatched.filter(identifier="").update(action=Action.SKIPPED, message=NAMELESS)
        if not matching.is_register_absent(item, kind):
            unmatched.update(action=Action.SKIPPED, message=NOT_THERE)
        if not item.dry_run:
            skipped = _rows(item, kind).filter(action=Action.SKIPPED, subject=checking.subject(kind))
            bound = kind.table._default_manager.filter(application_key=item.application_key)
            bound.filter(Exists(skipped)).update(
                report=Binding.Report.UNKNOWN, report_error=Subquery(skipped.values("message")[:1])
            )


def _identify(item: SyncRun, kind: Kind) -> None:
    """Add the identifier to the rows of a tenant that cannot be asked for ids: Norce's matching has to do."""
    unmatched = _rows(item, kind).filter(action=Action.PLANNED, norce_id=None).exclude(identifier="")
    last = 0
    while chunk := list(unmatched.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for row in chunk:
            record = {**simplejson.loads(row.payload), kind.natural: row.identifier}
            _write(item, kind, row, record)
        SyncRow.objects.bulk_update(chunk, ["payload", "field_set"], batch_size=200)
        last = chunk[-1].pk
    runs.store(item, field_sets=item.field_sets)


def _row(item: SyncRun, kind: Kind, binding: Any) -> SyncRow:
    row = SyncRow(
        run=item,
        erp_connection=binding.erp_connection,
        erp_code=binding.erp_code,
        subject=binding.subject,
        identifier=getattr(binding, kind.column),
        norce_id=binding.norce_id,
        change=Change.NEW,
    )
    key = item.application_key
    if kind is COMPANIES:
        key = key or _any_application_key(binding.erp_connection)
    _write(item, kind, row, ({"ApplicationKey": key} if key else {}) | {"Code": binding.erp_code, kind.relations: True})
    return row


def _write(item: SyncRun, kind: Kind, row: SyncRow, record: dict[str, Any]) -> None:
    row.payload = records.encoded(record)
    row.field_set = reading.field_set(item, kind.method, records.fields_key(record, kind.party))


def _any_application_key(connection: str) -> str:
    row = ErpConnection.objects.filter(name=connection).first()
    key = reading.default_application_key(row) if row else ""
    return key or Application.objects.order_by("number").values_list("key", flat=True).first() or ""


def _chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").defer("sent", "heard")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _connections(item: SyncRun, kind: Kind) -> QuerySet[Any, str]:
    return _rows(item, kind).order_by().values_list("erp_connection", flat=True).distinct()


def _rows(item: SyncRun, kind: Kind) -> QuerySet[SyncRow]:
    return item.rows.filter(subject__startswith=f"{kind.name}:")


def _told(item: SyncRun, kind: Kind, rows: QuerySet[SyncRow]) -> QuerySet[Any]:
    """Return the bindings of some rows."""
    bound = kind.table._default_manager.filter(
        application_key=item.application_key, erp_code__in=rows.values("erp_code"), forgotten_at=None
    )
    return bound.filter(Exists(rows.filter(subject=checking.subject(kind))))


def _bound(item: SyncRun, kind: Kind) -> QuerySet[Any]:
    """Return, inside a query of rows, the binding of a row."""
    return bindings.in_scope(kind.table, item.application_key, OuterRef("erp_connection")).filter(
        erp_code=OuterRef("erp_code"), forgotten_at=None
    )
