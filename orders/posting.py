"""Make a call to Norce that must not be made twice: a lost answer is looked up before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from connectors.errors import HoldError, HubError, PermanentError, TransientError
from orders.models import Posting

# What Norce has of a document, or may have.
BEGUN = Q(sent_at__isnull=False) | Q(posting_since__isnull=False)
Find = Callable[[], int | None]
SOON = 3.0


def settle(row: Posting, find: Find) -> None:
    """Learn what became of a call whose answer was lost: Norce has the document, or it may be sent again.

    ``find`` answers with Norce's id of the document, None when Norce has none, and raises PermanentError where Norce
    cannot tell. Raises HoldError when nobody can tell, and TransientError when another worker was quicker.
    """
    try:
        known = find()
    except PermanentError as error:
        raise HoldError("unknown", document=row, said=error) from error
    sent_at = None if known is None else timezone.now()
    _change(row, row.posting_since, sent_at=sent_at, posting_since=None, norce_id=known)


def post_once(row: Posting, *, send: Callable[[], None], find: Find) -> None:
    """Let ``send`` tell Norce of a document unless Norce has it.

    The mark is written before the call, in a statement of its own, so whoever dies behind it leaves the
    question behind, which `settle` answers. It goes again where it is certain that Norce has nothing. A refusal may
    be of a number that Norce has from an earlier try: then ``find`` asks for it. Raises as ``send`` does, and
    TransientError when another worker has begun meanwhile.
    """
    if row.sent_at:
        return
    _change(row, None, posting_since=timezone.now())
    known = _sent(row, send, find)
    _store(row, sent_at=timezone.now(), posting_since=None, norce_id=known)


def _sent(row: Posting, send: Callable[[], None], find: Find) -> int | None:
    try:
        send()
    except HubError as error:
        if isinstance(error, TransientError) and error.outcome_unknown:
            raise
        known = _glimpsed(find) if isinstance(error, PermanentError) else None
        if known is None:
            _store(row, posting_since=None)
            raise
        return known
    return None


def _glimpsed(find: Find) -> int | None:
    """Look for a document that was refused: where Norce cannot tell, its refusal says more."""
    try:
        return find()
    except PermanentError:
        return None


def _change(row: Posting, since: datetime | None, **columns: Any) -> None:
    """Write columns of a row that is marked ``since`` then, unless it is not any more, or planned no more."""
    rows = type(row)._default_manager.filter(pk=row.pk, sent_at=None, posting_since=since)
    if not rows.update(**columns):
        raise TransientError("posting_busy", document=row, retry_after=SOON, counts=False)
    _set(row, columns)


def _store(row: Posting, **columns: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**columns)
    _set(row, columns)


def _set(row: Posting, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
