"""Find one person by e-mail address, ERP code or Norce id, and scramble what runs and bindings keep of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

import simplejson
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import ConfigError, PermanentError
from customers import forgetting, reading, records
from customers.identity import normal_email
from customers.kinds import COMPANIES, PEOPLE
from customers.models import CompanyBinding, CustomerBinding, subject_of
from hub import erasing, registry
from hub.models import ErpConnection, SyncRow
from hub.models.runs import ACTIVE
from hub.person import Person

Action = SyncRow.Action
ERASED_FROM = sentence(_("A person was erased from this record: a newer run sends what the ERP has then."))


def eraser() -> registry.Eraser:
    """Return what the customers app does to erase a person."""
    return registry.Eraser(find=find, unfinished=unfinished, erase=erase)


def person_by(*, email: str = "", code: str = "", norce_id: int | None = None) -> Person:
    """Return whom an e-mail address, an ERP code or a Norce id means, as far as it alone tells.

    Raises PermanentError that lists the codes where it means several people, and ConfigError unless
    exactly one of the three is given. Nobody may have it: `Person` is then empty, but for an address.
    """
    if sum(map(bool, (email.strip(), code.strip(), norce_id))) != 1:
        raise ConfigError("erasure_nobody_named")
    if email.strip():
        return Person(emails=frozenset([normal_email(email)]))
    found = _people(_by_code(code.strip()) if code.strip() else _by_norce_id(norce_id))
    if len(found) > 1:
        named = ", ".join(sorted(f"{connection} {own}" for codes in found for connection, own in codes))
        raise PermanentError("erasure_many", number=len(found), codes=named)
    return Person(codes=next(iter(found), frozenset()))


def find(person: Person) -> Person:
    """Return the person with the e-mail addresses, codes and run rows that the register's side knows."""
    bound = CustomerBinding.objects.filter(_bound(person)).defer("sent", "heard")
    codes = person.codes | {(row.erp_connection, row.erp_code) for row in bound}
    emails = person.emails | {row.email for row in bound if row.email}
    rows = _rows(Person(emails=emails, codes=codes))
    if not emails:
        emails |= set(rows.exclude(identifier="").values_list("identifier", flat=True))
    told = {f"norce_{PEOPLE.name}:{row.norce_id}" for row in bound if row.norce_id}
    return Person(emails=emails, codes=codes, subjects=frozenset(_subjects(codes)) | told)


def unfinished(person: Person) -> list[str]:
    """Return in words which runs have not ended with what they have planned or sent about the person."""
    rows = _rows(person).filter(run__state__in=ACTIVE, run__dry_run=False, action__in=(Action.PLANNED, Action.SENT))
    runs = rows.order_by("run_id").values_list("run_id", "run__resource").distinct()
    return [f"run {pk} ({resource}) has a record of theirs under way" for pk, resource in runs]


def erase(person: Person) -> dict[str, int]:
    """Blank the person's run rows and bindings, and mark these as forgotten: no run brings the person back.

    A code that only runs have seen gets a forgotten binding too; the next delta would bring it anew.
    A company whose record has the person's address stays, without it, until its record in the ERP is corrected.
    """
    _bind_unbound(person)
    rows = _rows(person).exclude(identifier="", payload="")
    bound = CustomerBinding.objects.filter(_bound(person))
    changed = bound.filter(Q(forgotten_at=None) | ~Q(email="") | ~Q(sent="") | ~Q(heard=""))
    counts = {"syncrow": rows.count(), "customerbinding": changed.count()}
    forgetting.blank(_rows(person))
    forgetting.forget(changed)
    counts["syncrow"] += _leave_company_rows(person)
    return counts | {"companybinding": _leave_companies(person)}


def _leave_company_rows(person: Person) -> int:
    """Take the person's addresses out of company rows; one that could still be sent is left to a newer run."""
    companies = SyncRow.objects.filter(subject__startswith=f"{COMPANIES.name}:")
    searched = companies.annotate(changes_text=Cast("changes", TextField()))
    found = searched.filter(_mentioning(person, ("payload", "changes_text")))
    rows = [row for row in found if person.is_in(f"{row.payload} {row.changes_text}".encode())]
    for row in rows:
        row.payload, row.changes = _cleaned(row.payload, person), {}
        if row.action in (Action.PLANNED, Action.FAILED):
            row.payload, row.action, row.message = "", Action.SKIPPED, ERASED_FROM
            row.error_code, row.error_params = "", None
    SyncRow.objects.bulk_update(
        rows, ["payload", "message", "error_code", "error_params", "changes", "action"], batch_size=200
    )
    return len(rows)


def _leave_companies(person: Person) -> int:
    found = CompanyBinding.objects.filter(_mentioning(person, ("sent", "heard")))
    rows = [row for row in found if person.is_in(f"{row.sent} {row.heard}".encode())]
    for row in rows:
        row.sent, row.heard = _cleaned(row.sent, person), _cleaned(row.heard, person)
    CompanyBinding.objects.bulk_update(rows, ["sent", "heard"], batch_size=200)
    return len(rows)


def _cleaned(payload: str, person: Person) -> str:
    """Return a record without the person's addresses; what else it says of a company stays."""
    record = simplejson.loads(payload or "{}", use_decimal=True)
    return records.encoded(erasing.cleaned(record, person.without)) if record else ""


def _mentioning(person: Person, columns: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for column, email in product(columns, person.emails):
        found |= Q(**{f"{column}__icontains": email})
    return found


def _bind_unbound(person: Person) -> None:
    rows = _rows(person).order_by().values_list("run__application_key", "erp_connection", "erp_code").distinct()
    now = timezone.now()
    longest = CustomerBinding._meta.get_field("erp_code").max_length or 0
    forgotten = [
        CustomerBinding(
            application_key=key, erp_connection=connection, erp_code=code, report="", is_active=False, forgotten_at=now
        )
        for key, connection, code in rows
        # Refused records may have no code, or one that nobody can be bound to: no run ever sends those.
        if code and code == reading.kept(code, longest)
    ]
    CustomerBinding.objects.bulk_create(forgotten, ignore_conflicts=True)


def _bound(person: Person) -> Q:
    found = Q(email__in=person.emails) & ~Q(email="")
    for connection, code in person.codes:
        found |= Q(erp_connection=connection, erp_code=code)
    return found


def _rows(person: Person) -> QuerySet[SyncRow]:
    people = Q(subject__startswith=f"{PEOPLE.name}:")
    return SyncRow.objects.filter(
        Q(subject__in=_subjects(person.codes)) | (people & Q(identifier__in=person.emails) & ~Q(identifier=""))
    )


def _subjects(codes: Iterable[tuple[str, str]]) -> list[str]:
    return [subject_of(PEOPLE.name, connection, code) for connection, code in codes]


def _by_code(code: str) -> list[tuple[str, str, str]]:
    names = list(ErpConnection.objects.values_list("name", flat=True))
    bound = CustomerBinding.objects.filter(erp_code=code).values_list("erp_connection", "erp_code", "email")
    rows = SyncRow.objects.filter(subject__in=_subjects((name, code) for name in names))
    seen = rows.values_list("erp_connection", "erp_code", "identifier").distinct()
    return list(bound) or list(seen)


def _by_norce_id(number: int | None) -> list[tuple[str, str, str]]:
    bound = CustomerBinding.objects.filter(norce_id=number)
    return list(bound.values_list("erp_connection", "erp_code", "email"))


def _people(found: Iterable[tuple[str, str, str]]) -> list[frozenset[tuple[str, str]]]:
    """Return the codes of each person: an e-mail address tells people apart, without one the ERP and code do."""
    people: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for connection, code, email in found:
        people[email or subject_of(PEOPLE.name, connection, code)].add((connection, code))
    return [frozenset(codes) for codes in people.values()]
