"""Read the ERP's register page by page, and keep what each page means as rows of the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import simplejson
from django.conf import settings
from django.db import transaction
from django.db.models import F

from connectors.erp.base import ErpParty, PartyKind, PartyPage
from connectors.errors import ConfigError, PermanentError
from connectors.redaction import MASK, UNSHOWN
from customers import bindings, planning, records, separation
from customers.kinds import BOTH, Kind
from customers.models import Binding, subject_of
from customers.planning import Known, Mapped, Verdict
from hub import batches, bulk, gateways, runs, values, work
from hub.models import Application, ErpConnection, SyncRow, SyncRun

PAGE = 1000
MASKED = [MASK, MASK]
Change = SyncRow.Change
TakePage = Callable[[SyncRun, Kind, ErpConnection, Sequence[ErpParty]], None]
KINDS = {kind.name: kind for kind in BOTH}


def read(item: SyncRun, kinds: Sequence[Kind], take: TakePage, *, until: float) -> bool:
    """Read pages and let ``take`` keep each; return False when the time (monotonic) is up before the end.

    Where the next page begins is kept in the transaction that keeps the page's rows, so a killed run
    goes on behind the last page it kept.
    """
    steps = item.cursor.setdefault("steps", [[kind.name, name] for kind in kinds for name in connections(item)])
    if not steps:
        raise ConfigError("nothing_to_read")
    while (place := item.cursor.get("step", 0)) < len(steps):
        if time.monotonic() > until:
            return False
        kind_name, connection = steps[place]
        _page(item, KINDS[kind_name], ErpConnection.objects.get(name=connection), take)
    return True


def connections(item: SyncRun) -> list[str]:
    """Return the names of the ERP connections a run reads: those of its application, or of all active ones."""
    applications = Application.objects.filter(is_active=True)
    if item.application_key:
        applications = applications.filter(key=item.application_key)
    return list(applications.order_by().values_list("erp_connection__name", flat=True).distinct())


def _page(item: SyncRun, kind: Kind, connection: ErpConnection, take: TakePage) -> None:
    wanted = separation.kind_for(connection.party_rule, kind.party)
    after = item.cursor.get("after", "")
    page = gateways.erp(connection.name).list_parties(wanted, since=item.since, after=after, limit=PAGE)
    if page.next and page.next == after:
        raise PermanentError("parties_again", place=after)
    parties = [one for party in page.parties for one in kind.separated(party, connection.party_rule)]
    _move_on(item, connection.name, page, len(parties))
    with transaction.atomic():
        take(item, kind, connection, parties)
        # The lease may have been lost while the ERP answered: then another worker keeps this page.
        if not work.mine(item).update(
            cursor=item.cursor,
            reads=item.reads,
            field_sets=item.field_sets,
            expected=item.expected,
            count_read=F("count_read") + len(parties),
        ):
            raise work.LeaseLost(str(item))


def _move_on(item: SyncRun, connection: str, page: PartyPage, number: int) -> None:
    item.reads[connection] = item.reads.get(connection, 0) + number
    if page.total is not None and not item.cursor.get("after") and not item.cursor.get("step"):
        item.expected = page.total
    item.cursor["after"] = page.next
    if not page.next:
        item.cursor["step"] = item.cursor.get("step", 0) + 1


def take_page(item: SyncRun, kind: Kind, connection: ErpConnection, parties: Sequence[ErpParty]) -> None:
    """Keep what a page of the ERP means for Norce: a row for each record that is to be sent or was refused.

    Unchanged records are only counted, in a preview they have rows too. A run marks the bindings it has
    seen: a full one ends the others, and an older one must not send what it knew of them. The last of
    two records with one code counts.
    """
    scope = scope_of(item, connection)
    items = {one.code: one for one in (planning.mapped(party, kind, scope) for party in parties)}
    known = _known(item, kind, connection, items)
    sent = _sent(kind, [known[code].pk for code, one in items.items() if _is_to_be_compared(one, known.get(code))])
    rows: list[SyncRow] = []
    unchanged = 0
    for code, one in items.items():
        before = sent.get(known[code].pk) if code in known else None
        verdict = planning.judged(one, known.get(code), before, kind, scope)
        unchanged += verdict.change == Change.UNCHANGED
        if verdict.change != Change.UNCHANGED or item.dry_run:
            rows.append(_row(item, kind, connection, one, verdict, known.get(code)))
    batches.place(item, rows)
    keep(rows)
    if not item.dry_run:
        kind.table._default_manager.filter(pk__in=[one.pk for one in known.values()]).update(seen_run=item.pk)
    SyncRun.objects.filter(pk=item.pk).update(count_unchanged=F("count_unchanged") + unchanged)


def scope_of(item: SyncRun, connection: ErpConnection) -> records.Scope:
    """Return what the mapping of a run's records from one ERP depends on."""
    key = item.application_key or default_application_key(connection)
    return records.Scope(
        application_key=key,
        by_application=bool(item.application_key),
        owns_relations=connection.owns_relations,
        left_to_norce=frozenset(connection.left_to_norce),
        translate=values.norce_translator(key, connection),
    )


def application_key_of(item: SyncRun, connection: ErpConnection, kind: Kind) -> str:
    """Return the application a record is filed under: companies need one always, shared people have none."""
    if item.application_key or kind.party == PartyKind.PERSON:
        return item.application_key
    return default_application_key(connection)


def default_application_key(connection: ErpConnection) -> str:
    """Return the application for shared companies and logins: NORCE_APPLICATION_ID's, else the first."""
    rows = Application.objects.filter(erp_connection=connection, is_active=True).order_by("number")
    row = rows.filter(number=settings.NORCE_APPLICATION_ID).first() or rows.first()
    return row.key if row else ""


def keep(rows: Sequence[SyncRow]) -> None:
    """Write rows; a record that is there already (it moved to a later page) takes the place of the earlier one."""
    # Codes far too long for Norce may be the same as they are kept, and one statement takes a row only once.
    single = {row.subject: row for row in rows}
    bulk.upsert(list(single.values()), unique=["run", "subject"])


def field_set(item: SyncRun, method: str, fields: str) -> int:
    """Return the place of a combination of header fields in the run, which it is given when it is new."""
    entry = [method, fields]
    if entry not in item.field_sets:
        item.field_sets.append(entry)
    return int(item.field_sets.index(entry))


def _is_to_be_compared(one: Mapped, known: Known | None) -> bool:
    return known is not None and known.in_norce and not planning.is_unchanged(one, known)


def _known(item: SyncRun, kind: Kind, connection: ErpConnection, codes: Iterable[str]) -> dict[str, Known]:
    rows = bindings.in_scope(kind.table, item.application_key, connection.name).filter(erp_code__in=list(codes))
    told = (Binding.Report.NOT_NEEDED, Binding.Report.ACCEPTED)
    columns = (
        "erp_code",
        "pk",
        kind.column,
        "norce_id",
        "digest",
        "is_active",
        "report",
        "accepted_run",
        "forgotten_at",
    )
    return {
        code: Known(
            pk=pk,
            identifier=identifier,
            norce_id=norce_id,
            digest=digest,
            is_active=is_active,
            in_norce=accepted_run is not None or report in told,
            forgotten=forgotten_at is not None,
        )
        for code, pk, identifier, norce_id, digest, is_active, report, accepted_run, forgotten_at in rows.values_list(
            *columns
        )
    }


def _sent(kind: Kind, keys: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    rows = kind.table._default_manager.filter(pk__in=keys).exclude(sent="").values_list("pk", "sent")
    return {pk: simplejson.loads(sent, use_decimal=True) for pk, sent in rows}


def _row(
    item: SyncRun, kind: Kind, connection: ErpConnection, one: Mapped, verdict: Verdict, known: Known | None
) -> SyncRow:
    place = None
    if verdict.payload:
        fields = records.fields_key(verdict.record, kind.party, replaces_flags=connection.replaces_flags)
        place = field_set(item, kind.method, fields)
    return SyncRow(
        run=item,
        erp_connection=connection.name,
        erp_code=kept(one.code, 100),
        subject=kept(subject_of(kind.name, connection.name, one.code), 150),
        identifier="" if known and known.forgotten else kept(one.identifier, 255),
        norce_id=known.norce_id if known else None,
        change=verdict.change,
        is_active=one.is_active,
        payload=verdict.payload,
        field_set=place,
        digest="" if known and known.forgotten else one.digest,
        changes={name: MASKED if name in UNSHOWN else pair for name, pair in verdict.changes.items()},
        **(runs.row_failure(verdict.error) if verdict.error else {"message": verdict.message}),
    )


def kept(text: str, length: int) -> str:
    """Return a text of a refused record as a column takes it; one that is sent fits as it is."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")[:length]
