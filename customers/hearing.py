"""What rows of Norce Query mean for the ERP: our own echo, or a change that is told; one function for all doors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import simplejson
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce.wire import WireError
from customers import bindings, forgetting, records, told, whose
from customers.baseline import Heard, baseline, changed
from customers.identity import buyer_serial
from customers.kinds import Kind, party_of_norce
from customers.models import Binding, CustomerBinding
from customers.norce_rows import Row, subject
from customers.planning import FORGOTTEN
from customers.told import Record
from hub import gateways, outbox
from hub.models import Application, OutboxMessage, SyncRow
from hub.models.runs import ACTIVE
from hub.models.work import State

KIND = "erp.customer"
TOLD = sentence(_("The change is on its way to the ERP."))
ECHO = sentence(_("Nothing that the ERP does not know: our own echo, or a member that is not carried."))
DECIDED = sentence(_("This change waits for a person, or a person has decided against it."))
CREATED = sentence(_("It is on its way to the ERP, which has no such customer yet."))
INACTIVE = sentence(_("It is inactive in Norce, which the ERP is not told: whom it uses is the ERP's."))
Under = Mapping[tuple[str, str], tuple[Record, ...]]


@dataclass(kw_only=True)
class Outcome:
    """What came of one row of Norce, in words; ``put`` says that something is told, ``problem`` why it cannot be."""

    norce_id: int
    notes: list[str] = field(default_factory=list)
    put: bool = False
    problem: WireError | None = None

    @property
    def note(self) -> str:
        """Return the notes as one text."""
        return " ".join(dict.fromkeys(self.notes))


def hear(kind: Kind, rows: Iterable[Row], countries: Mapping[int, str]) -> list[Outcome]:
    """Decide for each row of Query what it means, and put what is to be told; return what came of each.

    Takes one row as well as a page, in a fixed number of statements, and one transaction: what is put,
    what is echo and what is learnt (ids, bindings) belong together. ``countries`` are ISO codes by id.
    """
    by_id = {row.id: row for row in rows if row.id}
    with transaction.atomic():
        page = _Page(kind, by_id, countries)
        outcomes = [page.outcome(number) for number in by_id]
        page.keep()
    return outcomes


def under_way(bound: Sequence[Binding]) -> Under:
    """Return the records that runs have sent to Norce, and Norce has not accepted yet, by application and subject."""
    sent = Q(action=SyncRow.Action.SENT) | Q(action=SyncRow.Action.PLANNED, run__posting_batch=F("batch"))
    rows = SyncRow.objects.filter(
        sent, subject__in=[row.subject for row in bound], run__state__in=ACTIVE, run__dry_run=False
    )
    found: defaultdict[tuple[str, str], tuple[Record, ...]] = defaultdict(tuple)
    for key, name, payload in rows.values_list("run__application_key", "subject", "payload"):
        found[key, name] += (simplejson.loads(payload or "{}", use_decimal=True),)
    return found


def version(record: Record, known: Mapping[str, object]) -> str:
    """Return a short name for one change: what Norce says now, and what was known before."""
    return records.digest(records.encoded([sorted(record.items()), sorted(known.items())]))


def fold_of(binding: Binding) -> str:
    """Return what messages about a binding are folded by."""
    return f"{KIND}:{binding.subject}:{binding.application_key}"


class _Page:
    """The rows of one call, and everything about them that is asked at once."""

    def __init__(self, kind: Kind, rows: Mapping[int, Row], countries: Mapping[int, str]) -> None:
        self.kind = kind
        self.rows = rows
        self._countries = countries
        parties = {number: party_of_norce(row) for number, row in rows.items()}
        self._forgotten = {number for number, party in parties.items() if party.forgotten}
        alive = {number: party for number, party in parties.items() if number not in self._forgotten}
        active = frozenset(number for number in alive if rows[number].is_active is not False)
        self._owned = whose.find(kind, alive, active)
        bound = [row for one in self._owned.values() for row in one.bindings]
        self._under_way = under_way(bound) if bound else {}
        self._stood = _standing(bound) if bound else {}
        self._heard: list[Binding] = []
        self._messages: list[OutboxMessage] = []

    def outcome(self, number: int) -> Outcome:
        """Return what one row means."""
        outcome = Outcome(norce_id=number)
        if number in self._forgotten:
            outcome.notes.append(FORGOTTEN)
            return outcome
        row, owned = self.rows[number], self._owned[number]
        if owned.note:
            outcome.notes.append(owned.note)
        try:
            record = told.told(told.party_of(row, self._countries))
        except WireError as error:
            outcome.problem = error
            return outcome
        for binding in owned.bindings:
            self._compare(binding, row, record, outcome)
        if owned.bindings and row.is_active is False:
            outcome.notes.append(INACTIVE)
        if owned.creates_in:
            self._put(outcome, CREATED, _creation(self.kind, row, owned.creates_in))
        return outcome

    def keep(self) -> None:
        """Write what was learnt, and put what is to be told."""
        if self._forgotten:
            gone = CustomerBinding.objects.filter(_forgotten(self.rows, self._forgotten), forgotten_at=None)
            forgetting.forget(gone)
        self.kind.table._default_manager.bulk_update(self._heard, ["heard"], batch_size=200)  # type: ignore[arg-type]
        outbox.put_all_present(self._messages)

    def _compare(self, binding: Binding, row: Row, record: Record, outcome: Outcome) -> None:
        heard = Heard.read(binding.heard)
        known = baseline(heard, binding.sent)
        names = changed(record, known, self._under_way.get((binding.application_key, binding.subject), ()))
        if not known.values and row.updated_by == settings.NORCE_ACCOUNT_ID:
            # That UpdatedBy shows the account we send is inferred (query-event.md § 3.4).
            names = frozenset()
        stood = self._stood.get(fold_of(binding), {})
        name = version(record, known.values)
        decided = {*stood.get(State.HELD, ()), *stood.get(State.CANCELLED, ())}
        if names and name in decided and State.RUNNING not in stood:
            outcome.notes.append(DECIDED)
        # What is being told may be what Norce had a moment ago, and what has stopped may have become pointless.
        elif names or stood.keys() & {State.RUNNING, State.HELD, State.FAILED}:
            self._put(outcome, TOLD, _change(self.kind, binding, name))
        else:
            outcome.notes.append(ECHO)
            self._adopt(binding, heard.adopting(record).written())

    def _adopt(self, binding: Binding, text: str) -> None:
        if text != binding.heard:
            binding.heard = text
            self._heard.append(binding)

    def _put(self, outcome: Outcome, note: str, message: OutboxMessage) -> None:
        outcome.notes.append(note)
        outcome.put = True
        self._messages.append(message)


def _standing(bound: Sequence[Binding]) -> dict[str, dict[str, list[str]]]:
    """Return, by fold, in which states messages stand that matter, each with the versions of what they told."""
    states = (State.RUNNING, State.HELD, State.FAILED, State.CANCELLED)
    rows = OutboxMessage.objects.filter(kind=KIND, subject__in=[row.subject for row in bound], state__in=states)
    found: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for fold, state, payload in rows.values_list("fold", "state", "payload"):
        found[fold].setdefault(state, []).append(payload.get("version", ""))
    return found


def _change(kind: Kind, binding: Binding, name: str) -> OutboxMessage:
    return outbox.present(
        kind=KIND,
        system=gateways.erp_system(binding.erp_connection),
        subject=binding.subject,
        fold=fold_of(binding),
        payload={"kind": kind.name, "binding": binding.pk, "version": name},
    )


def _creation(kind: Kind, row: Row, application: Application) -> OutboxMessage:
    """Return the message that creates a customer; the serial is that of their orders, so one worker makes them."""
    about = subject(kind, row.id or 0)
    return outbox.present(
        kind=KIND,
        system=gateways.erp_system(application.erp_connection.name),
        subject=about,
        fold=f"{KIND}:{about}:{application.erp_connection.name}",
        payload={"kind": kind.name, "norce_id": row.id, "application": application.key},
        serial=buyer_serial(getattr(row, "vat_no", ""), row.email_address),
    )


def _forgotten(rows: Mapping[int, Row], numbers: set[int]) -> Q:
    """Return the condition for the bindings of forgotten customers: by id, else by a code that is theirs still."""
    found = Q(norce_id__in=numbers)
    if bindings.are_by_application():
        return found
    codes = {party_of_norce(rows[number]).code for number in numbers} - {""}
    return found | Q(norce_id=None, erp_code__in=codes, application_key="")
