"""Erase one person everywhere: prove it first, let every app scramble what it has, and finish the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from connectors.errors import ConfigError
from connectors.scrambling import Clean, scrambled
from hub import registry
from hub.models import (
    Alert,
    ApiCall,
    Attempt,
    BulkAction,
    Erasure,
    InboxEvent,
    NorceJob,
    OutboxMessage,
    RejectedMessage,
    Reveal,
    SyncRun,
)
from hub.models.erasures import hash_of
from hub.models.history import histories
from hub.models.work import UNFINISHED, State
from hub.person import Person

CHUNK = 200
# Bodies may be as long as two megabytes.
BODIES_AT_ONCE = 20
# The texts of the hub's own tables; JSON is looked through as the text it is.
TEXTS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (OutboxMessage, ("serial", "payload", "error", "error_params", "remedy", "asked_reason")),
    (BulkAction, ("reason",)),
    (Attempt, ("error", "error_params", "reason")),
    (ApiCall, ("url", "request", "response", "error")),
    (InboxEvent, ("note", "error", "error_params", "remedy", "asked_reason")),
    (NorceJob, ("log", "error", "error_params", "remedy", "asked_reason")),
    (SyncRun, ("error", "error_params", "remedy", "asked_reason")),
    (RejectedMessage, ("reason", "sender")),
    (Alert, ("subject", "text")),
    (Reveal, ("reason",)),
    (LogEntry, ("object_repr", "change_message")),
)
BODIES: tuple[type[Model], ...] = (RejectedMessage, InboxEvent)


class UnfinishedWork(ConfigError):
    """Work for the person has not ended: what it still needs would be scrambled under it."""


def known(person: Person) -> Person:
    """Return the person with everything by which the apps know them."""
    for eraser in reversed(registry.erasers()):
        person |= eraser.find(person)
    return person


def unfinished(person: Person) -> list[str]:
    """Return in words what work for the person has not ended."""
    messages = OutboxMessage.objects.filter(subject__in=person.subjects, state__in=UNFINISHED).order_by("pk")
    found = [f"{message.kind} of {message.subject} is {State(message.state).label.lower()}" for message in messages]
    return found + [text for eraser in registry.erasers() for text in eraser.unfinished(person)]


def erase(person: Person, *, by: str, reason: str, even_unfinished: bool = False) -> Erasure:
    """Scramble the person everywhere and return the proof; ``person`` comes from `known`.

    Each table is done in a transaction of its own. An erasure that was interrupted is taken up
    where the same person's proof is still open; one that is repeated finds nothing. Raises
    UnfinishedWork, and ConfigError without a reason.
    """
    if not reason.strip():
        raise ConfigError("erasure_no_reason")
    if (busy := unfinished(person)) and not even_unfinished:
        raise UnfinishedWork("erasure_unfinished", work="; ".join(busy))
    key = hash_of(person.identifier)
    proof = Erasure.objects.filter(identifier_hash=key, state=Erasure.State.RUNNING).first()
    kept = {"asked_by": by, "reason": person.without(reason.strip(), own=True), "identifier_hash": key}
    proof = proof or Erasure.objects.create(**kept)
    for counts in _scramble(person):
        with transaction.atomic():
            _count(proof, counts)
    Erasure.objects.filter(pk=proof.pk).update(state=Erasure.State.DONE, finished_at=timezone.now())
    return proof


def preview(person: Person) -> dict[str, int]:
    """Return how many rows of each table an erasure would scramble: it is done and taken back."""
    found: dict[str, int] = {}
    with transaction.atomic():
        for counts in _scramble(person):
            found |= {name: found.get(name, 0) + number for name, number in counts.items()}
        transaction.set_rollback(True)
    return found


def _scramble(person: Person) -> Iterator[dict[str, int]]:
    """Scramble table by table, what is found by the person's names first and what knows the names last."""
    for model in BODIES:
        yield {str(model._meta.model_name): scramble_bodies(model._default_manager.all(), person)}
    for model, columns in (*TEXTS, *((history, ("history_change_reason",)) for history in histories())):
        yield {str(model._meta.model_name): _clean_texts(model, columns, person)}
    for eraser in registry.erasers():
        yield eraser.erase(person)


def _count(proof: Erasure, counts: dict[str, int]) -> None:
    proof.counts |= {name: proof.counts.get(name, 0) + number for name, number in counts.items()}
    Erasure.objects.filter(pk=proof.pk).update(counts=proof.counts)


def scramble_bodies(rows: QuerySet[Any], person: Person) -> int:
    """Scramble the stored bodies that are about the person or mention them; return how many.

    A body is bytes in any spelling, which no database searches; each is read through once.
    """
    own = _about(rows, person)
    bodies = rows.order_by("pk").values_list("pk", "body").iterator(chunk_size=BODIES_AT_ONCE)
    keys = [pk for pk, body in bodies if pk in own or person.is_in(bytes(body))]
    number = 0
    for start in range(0, len(keys), BODIES_AT_ONCE):
        chunk = list(rows.filter(pk__in=keys[start : start + BODIES_AT_ONCE]).only("pk", "body"))
        changed = [row for row in chunk if _scramble_body(row, person)]
        rows.model._default_manager.bulk_update(changed, ["body"])
        number += len(changed)
    return number


def _scramble_body(row: Any, person: Person) -> bool:
    """Take the person out of a row's body in memory; return whether it held anything."""
    before = bytes(row.body)
    row.body = scrambled(before, lambda text: person.without(text, own=True))
    return bool(row.body != before)


def _about(rows: QuerySet[Any], person: Person) -> set[int]:
    """Return the keys of the rows that are about the person by their subject."""
    own = rows.filter(subject__in=person.subjects) if _has(rows.model, "subject") else rows.none()
    return set(own.values_list("pk", flat=True))


def _clean_texts(model: type[Model], columns: Sequence[str], person: Person) -> int:
    subjects = Q(subject__in=person.subjects) if _has(model, "subject") else Q(pk__in=[])
    searched = {f"{name}_text": Cast(name, TextField()) for name in columns}
    mentions = Q(pk__in=[])
    for name in searched:
        for email in person.emails:
            mentions |= Q(**{f"{name}__icontains": email})
    rows = model._default_manager.annotate(**searched).filter(subjects | mentions).only("pk", *columns)
    changed = [row for row in rows.iterator(chunk_size=CHUNK) if _clean(row, columns, person)]
    with transaction.atomic():
        model._default_manager.bulk_update(changed, columns, batch_size=CHUNK)
    return len(changed)


def _clean(row: Any, columns: Sequence[str], person: Person) -> bool:
    """Take the person out of a row's texts; return whether anything was there."""
    changed = False
    for name in columns:
        before = getattr(row, name)
        after = cleaned(before, lambda text: person.without(text, own=True))
        setattr(row, name, after)
        changed |= after != before
    return changed


def cleaned(value: Any, clean: Clean) -> Any:
    """Return a value of JSON with every text in it as ``clean`` leaves it; names of members stay."""
    if isinstance(value, dict):
        return {key: cleaned(item, clean) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item, clean) for item in value]
    return clean(value) if isinstance(value, str) else value


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)
