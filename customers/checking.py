"""Look at the whole plan before anything is sent: who is missing in the ERP, who is told apart by nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import simplejson
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from customers import bindings, reading, records
from customers.kinds import Kind
from customers.models import Binding, subject_of
from hub import batches, runs, work
from hub.models import ErpConnection, SyncRow, SyncRun

CHUNK = 1000
NOT_LISTED = sentence(_("The ERP no longer lists it."))
SAME_CODE = sentence(
    _("Code: another ERP has it on a new customer too, and Norce has each code once. Give one another code.")
)
RECODED = sentence(
    _(
        "The ERP no longer lists it, and has its %(natural)s under code %(code)s. If the customer has got that code, "
        "correct the code on this binding's page; else take the %(natural)s away there."
    )
)
BOUND = sentence(
    _(
        "%(natural)s: it belongs to ERP code %(code)s. If the customer has got a new code, correct the code on the "
        "binding's page; else mend the ERP."
    )
)
DOUBLE = sentence(
    _("%(natural)s: the ERP has it on another customer too, code %(code)s. Merge them there, or correct one.")
)
# Stands for the code where the database puts it in.
SLOT = "\x00"
Change = SyncRow.Change


def add_missing(item: SyncRun, kind: Kind) -> None:
    """Plan to deactivate, explicitly, whom Norce has and a full run has not found in the ERP.

    Whom an order has made since the run began is not missing: the ERP may have listed that page before.
    Who seems to have got a new code is a person's question: ending the old one would end the customer.
    Done once only, because it looks at rows that the next checks refuse.
    """
    if "missing" in item.cursor:
        return
    for name in reading.connections(item):
        connection = ErpConnection.objects.get(name=name)
        for chunk in _missing(item, kind, name):
            work.beat(item)
            rows = [_ended(item, kind, connection, row) for row in chunk]
            _refuse_recoded(item, kind, name, rows)
            batches.place(item, rows)
            reading.keep(rows)
    runs.store(item, field_sets=item.field_sets, cursor=item.cursor | {"missing": True})


def _missing(item: SyncRun, kind: Kind, connection: str) -> Iterator[Sequence[Binding]]:
    rows = bindings.in_scope(kind.table, item.application_key, connection).filter(
        told(), is_active=True, forgotten_at=None, created_at__lt=item.created_at
    )
    if item.dry_run:
        rows = rows.exclude(Exists(item.rows.filter(subject=subject(kind))))
    else:
        # A newer run has seen whom a run that was stopped, and goes on late, had read before.
        rows = rows.filter(Q(seen_run=None) | Q(seen_run__lt=item.pk))
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").defer("sent", "heard")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def told() -> Q:
    """Return the condition for bindings whose code Norce has (the query side of ``Binding.in_norce``)."""
    return Q(accepted_run__isnull=False) | Q(report__in=(Binding.Report.NOT_NEEDED, Binding.Report.ACCEPTED))


def subject(kind: Kind) -> Concat:
    """Return, inside a query of bindings, the subject of a binding's row."""
    return Concat(Value(f"{kind.name}:"), OuterRef("erp_connection"), Value(":"), OuterRef("erp_code"))


def _ended(item: SyncRun, kind: Kind, connection: ErpConnection, row: Binding) -> SyncRow:
    record: dict[str, object] = {"Code": row.erp_code, "IsActive": False, kind.relations: True}
    key = reading.application_key_of(item, connection, kind)
    if key:
        record = {"ApplicationKey": key, **record}
    return SyncRow(
        run=item,
        erp_connection=connection.name,
        erp_code=row.erp_code,
        subject=subject_of(kind.name, connection.name, row.erp_code),
        identifier=getattr(row, kind.column),
        norce_id=row.norce_id,
        change=Change.DEACTIVATED,
        is_active=False,
        payload=simplejson.dumps(record, separators=(",", ":")),
        field_set=reading.field_set(item, kind.method, records.fields_key(record, kind.party)),
        changes={"IsActive": [True, False]},
        message=NOT_LISTED,
    )


def _refuse_recoded(item: SyncRun, kind: Kind, connection: str, rows: Sequence[SyncRow]) -> None:
    """Turn into a question the end of those whose identifier the ERP lists under a new code."""
    identifiers = {row.identifier for row in rows} - {""}
    new = to_send(item, kind).filter(change=Change.NEW, erp_connection=connection, identifier__in=identifiers)
    codes = dict(new.values_list("identifier", "erp_code"))
    for row in rows:
        if code := codes.get(row.identifier):
            row.change, row.is_active, row.payload, row.field_set, row.changes = Change.REFUSED, True, "", None, {}
            row.message = RECODED % {"natural": kind.natural, "code": code}


def refuse_bound(item: SyncRun, kind: Kind) -> None:
    """Refuse records whose identifier belongs to another code here: one of the two would take the other's place."""
    others = (
        kind.table._default_manager.filter(
            application_key=item.application_key,
            erp_connection=OuterRef("erp_connection"),
            forgotten_at=None,
            **{kind.column: OuterRef("identifier")},
        )
        # In these words, so that the databases see that the index of those with an identifier can be used.
        .exclude(**{kind.column: ""})
        .exclude(erp_code=OuterRef("erp_code"))
    )
    rows = to_send(item, kind).exclude(identifier="")
    before, after = (BOUND % {"natural": kind.natural, "code": SLOT}).split(SLOT)
    rows.filter(Exists(others)).update(
        change=Change.REFUSED,
        batch=None,
        message=Concat(
            Value(before),
            Subquery(others.values("erp_code")[:1]),
            Value(after),
            output_field=TextField(),
        ),
    )


def refuse_doubles(item: SyncRun, kind: Kind) -> None:
    """Refuse records that share an identifier: Norce tells customers apart by it, a person must decide."""
    rows = to_send(item, kind).exclude(identifier="")
    doubled = rows.order_by().values("identifier").annotate(number=Count("pk")).filter(number__gt=1)
    values = list(doubled.values_list("identifier", flat=True))
    for start in range(0, len(values), CHUNK):
        same = rows.filter(identifier=OuterRef("identifier")).exclude(pk=OuterRef("pk")).order_by("pk")
        shared = rows.filter(identifier__in=values[start : start + CHUNK])
        named = shared.annotate(other=Subquery(same.values("erp_code")[:1])).values_list("pk", "other")
        _refuse_shared(item, kind, dict(named))


def refuse_same_codes(item: SyncRun, kind: Kind) -> None:
    """Refuse new records of several ERPs with one code: Norce would take the second for the first."""
    new = to_send(item, kind).filter(change=Change.NEW)
    if len({connection for _, connection in item.cursor["steps"]}) > 1:
        shared = new.order_by().values("erp_code").annotate(number=Count("pk")).filter(number__gt=1)
        new.filter(erp_code__in=shared.values("erp_code")).update(change=Change.REFUSED, batch=None, message=SAME_CODE)


def _refuse_shared(item: SyncRun, kind: Kind, others: dict[int, str]) -> None:
    texts = {pk: DOUBLE % {"natural": kind.natural, "code": code} for pk, code in others.items()}
    rows = [SyncRow(pk=pk, change=Change.REFUSED, message=text) for pk, text in texts.items()]
    SyncRow.objects.bulk_update(rows, ["change", "batch", "message"], batch_size=200)


def to_send(item: SyncRun, kind: Kind) -> QuerySet[SyncRow]:
    """Return the run's rows of a kind that are new or changed."""
    return item.rows.filter(
        action=SyncRow.Action.PLANNED, change__in=(Change.NEW, Change.CHANGED), subject__startswith=f"{kind.name}:"
    )


def count(item: SyncRun) -> None:
    """Write how many rows there are of each change."""
    counts = dict(item.rows.order_by().values_list("change").annotate(number=Count("pk")))
    changes = (Change.NEW, Change.CHANGED, Change.DEACTIVATED, Change.REFUSED)
    SyncRun.objects.filter(pk=item.pk).update(**{f"count_{change.value}": counts.get(change, 0) for change in changes})
