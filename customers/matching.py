"""Find who a run's new records already are in Norce, so that they are matched by Id and nobody is made twice."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

import simplejson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import PermanentError
from customers.checking import to_send
from customers.kinds import Kind, NorceParty
from customers.models import subject_of
from customers.planning import FORGOTTEN
from hub import gateways, runs
from hub.models import Application, SyncRow, SyncRun

# So few are asked for one by one; for more, reading all of Norce's register takes fewer calls.
FEW = 400
# Query puts the whole filter into the address; addresses of a few thousand characters are safe.
CHUNK = 10
ABSENT = "absent"
MEND = sentence(
    _("Correct the code where it is wrong: in the ERP, in Norce, or on the binding's page; then start a full run.")
)
OTHER = sentence(_("Code: Norce has it on another %(kind)s (id %(id)s), other %(natural)s and name."))
SEVERAL = sentence(_("%(natural)s or Code: Norce has several %(kind)s records with it, ids %(ids)s. Merge them there."))
OTHER_CODE = sentence(_("Code: Norce has this %(kind)s (id %(id)s) under code %(code)s."))
BOUND = sentence(_("Id: Norce's %(kind)s %(id)s is bound to ERP code %(code)s."))
NOUNS = {"customer": sentence(_("customer")), "company": sentence(_("company"))}
Change = SyncRow.Change


def match(item: SyncRun, kind: Kind, *, until: float, replaces_codes: bool = False) -> bool:
    """Give the run's new rows the Norce ids that fit; refuse what cannot be told. False when the time is up.

    ``replaces_codes`` lets the ERP's code take the place of another one in Norce. A tenant without the
    set (the companies' spelling is inferred) answers 404: then the records go out without Id, as the
    import's own matching allows (customers-jobs-auth.md § 4), and `is_register_absent` says so.
    """
    register = Register(item, kind, replaces_codes)
    try:
        return register.read(until) if register.is_wanted_whole() else register.ask()
    except PermanentError as error:
        if error.status != 404:
            raise
        runs.store(item, cursor=item.cursor | {register.place: ABSENT})
        return True


def is_register_absent(item: SyncRun, kind: Kind) -> bool:
    """Return whether Norce Query has told a run that it has no such register."""
    return bool(item.cursor.get(_place(kind)) == ABSENT)


def _place(kind: Kind) -> str:
    return f"register:{kind.name}"


class Register:
    """Norce's customers or companies as one run compares them with its new rows."""

    def __init__(self, item: SyncRun, kind: Kind, replaces_codes: bool) -> None:
        self.item = item
        self.kind = kind
        self.place = _place(kind)
        self.number = application_number(item.application_key)
        self._query = gateways.norce_query(self.number)
        self._replaces_codes = replaces_codes
        self._new = to_send(item, kind).filter(change=Change.NEW, norce_id=None)

    def is_wanted_whole(self) -> bool:
        """Return whether reading the whole register takes fewer calls than asking for each row."""
        if self.place not in self.item.cursor and self._new[FEW : FEW + 1].exists():
            runs.store(self.item, cursor=self.item.cursor | {self.place: 0})
        return self.place in self.item.cursor

    def ask(self) -> bool:
        """Ask for the rows' codes and identifiers, a few at a time."""
        wanted = list(self._new.values_list("erp_code", "identifier"))
        for start in range(0, len(wanted), CHUNK):
            codes, identifiers = zip(*wanted[start : start + CHUNK], strict=True)
            self.take(self.kind.page(self._query, 0, self.kind.among(codes, list(filter(None, identifiers)))))
        return True

    def read(self, until: float) -> bool:
        """Read the register by Id, as far as the time goes; where to go on is kept after each page."""
        while (last := self.item.cursor[self.place]) is not None and last != ABSENT:
            if time.monotonic() > until:
                return False
            page = self.kind.page(self._query, last, "")
            self.take(page)
            runs.store(self.item, cursor=self.item.cursor | {self.place: page[-1].id if page else None})
        return True

    def take(self, page: Sequence[NorceParty]) -> None:
        """Write what one page says about the run's new rows."""
        own = self.number if self.item.application_key else None
        parties = [party for party in page if own is None or party.application_id in (None, own)]
        by_code = {party.code: party for party in parties if party.code}
        by_identifier: defaultdict[str, list[NorceParty]] = defaultdict(list)
        for party in parties:
            by_identifier[party.identifier or "-"].append(party)
        rows = [
            row
            for row in self._candidates(parties)
            if self._decide(row, by_code.get(row.erp_code), by_identifier.get(row.identifier, []))
        ]
        self._refuse_taken(rows)
        for row in rows:
            # With an Id it has other fields, so it belongs to another call.
            row.batch = None
        SyncRow.objects.bulk_update(rows, ["norce_id", "change", "message", "batch"], batch_size=200)

    def _candidates(self, parties: Sequence[NorceParty]) -> QuerySet[SyncRow]:
        identifiers = {party.identifier for party in parties} - {""}
        codes = {party.code for party in parties} - {""}
        names = {connection for _, connection in self.item.cursor.get("steps", [])}
        subjects = [subject_of(self.kind.name, name, code) for code in codes for name in names]
        new = to_send(self.item, self.kind).filter(change=Change.NEW)
        return new.filter(Q(identifier__in=identifiers) | Q(subject__in=subjects)).defer("payload")

    def _decide(self, row: SyncRow, coded: NorceParty | None, alike: Sequence[NorceParty]) -> bool:
        """Write into the row whom of Norce it is, or why that cannot be told; return whether anything was written."""
        # All of them, whichever page they are on: with the code on one and the identifier on two, a person decides.
        found = {party.id for party in (*([coded] if coded else []), *alike)} | ({row.norce_id} - {None})
        party = coded or next(iter(alike), None)
        if party is None:
            return False
        words = {"kind": NOUNS[self.kind.name], "natural": self.kind.natural, "id": party.id, "code": party.code}
        if coded and not _is_same(row, coded, self.kind):
            return _refuse(row, f"{OTHER % words} {MEND}")
        if len(found) > 1:
            return _refuse(row, SEVERAL % {**words, "ids": ", ".join(map(str, sorted(filter(None, found))))})
        if party.forgotten:
            return _refuse(row, FORGOTTEN)
        if party.code and party.code != row.erp_code and not self._replaces_codes:
            return _refuse(row, f"{OTHER_CODE % words} {MEND}")
        row.norce_id = party.id
        return True

    def _refuse_taken(self, rows: Sequence[SyncRow]) -> None:
        """Refuse rows whose customer of Norce is bound to another code here, or would be to two."""
        rows = [row for row in rows if row.norce_id is not None]
        bound = self.kind.table._default_manager.filter(
            application_key=self.item.application_key, norce_id__in={row.norce_id for row in rows}, forgotten_at=None
        )
        codes: defaultdict[tuple[str, int | None], set[str]] = defaultdict(set)
        for one in (*bound.defer("sent", "heard"), *rows):
            codes[one.erp_connection, one.norce_id].add(one.erp_code)
        for row in rows:
            others = ", ".join(sorted(codes[row.erp_connection, row.norce_id] - {row.erp_code}))
            if others:
                words = {"kind": NOUNS[self.kind.name], "id": row.norce_id, "code": others}
                _refuse(row, f"{BOUND % words} {MEND}")


def _is_same(row: SyncRow, party: NorceParty, kind: Kind) -> bool:
    """Return whether a customer of Norce with the row's code has its identifier or, failing that, its name."""
    if not party.identifier or not row.identifier or party.identifier == row.identifier:
        return True
    record = simplejson.loads(row.payload) if row.payload else {}
    name = " ".join(str(record.get(name) or "") for name in kind.names).strip().lower()
    return bool(name) and name == party.name


def _refuse(row: SyncRow, text: str) -> bool:
    row.change, row.message, row.norce_id = Change.REFUSED, text, None
    return True


def application_number(application_key: str) -> int | None:
    """Return the id that Query is asked in the name of: the application's, else NORCE_APPLICATION_ID, else any."""
    numbers = Application.objects.order_by("number").values_list("number", flat=True)
    own = numbers.filter(key=application_key).first() if application_key else None
    return own or settings.NORCE_APPLICATION_ID or numbers.first()


def pages(item: SyncRun, kind: Kind, condition: str) -> Iterator[list[NorceParty]]:
    """Yield the pages of Norce's register that meet an OData condition, in the order of their ids."""
    query = gateways.norce_query(application_number(item.application_key))
    last = 0
    while page := kind.page(query, last, condition):
        yield page
        last = page[-1].id
