"""Make a call to Norce that must not be made twice: a lost answer is looked up before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from connectors.errors import HoldError, PermanentError, TransientError
from orders.models import Posting

Find = Callable[[], int | None]
SOON = 3.0


def post_once(row: Posting, *, send: Callable[[], None], find: Find) -> None:
    """Let ``send`` tell Norce of a document unless Norce has it.

    The mark is written before the call, in a statement of its own, so whoever dies behind it leaves the
    question behind; ``find`` answers it with Norce's id of the document, None when Norce has none, and raises
    PermanentError where Norce cannot tell. A refusal may be of a number that an earlier try, whose answer was
    lost, has brought over: then Norce is asked too. Raises as ``send`` does, HoldError when nobody can tell, and
    TransientError when another worker has begun meanwhile.
    """
    if row.sent_at:
        return
    is_lost = row.posting_since is not None
    known = _asked(find, row) if is_lost else None
    if known is None:
        _mark(row)
        known = _sent(row, send, find, is_lost=is_lost)
    _store(row, sent_at=timezone.now(), posting_since=None, norce_id=known or None)


def _mark(row: Posting) -> None:
    """Write the mark, unless somebody has written one since the row was read, or the row is planned no more."""
    now = timezone.now()
    as_read = type(row)._default_manager.filter(pk=row.pk, sent_at=None, posting_since=row.posting_since)
    if not as_read.update(posting_since=now):
        raise TransientError("posting_busy", document=row, retry_after=SOON, counts=False)
    row.posting_since = now


def _sent(row: Posting, send: Callable[[], None], find: Find, *, is_lost: bool) -> int | None:
    try:
        send()
    except PermanentError:
        known = _asked(find, row) if is_lost else _glimpsed(find)
        if known is None:
            _store(row, posting_since=None)
            raise
        return known
    return None


def _glimpsed(find: Find) -> int | None:
    """Look for a document of which no try was lost: where Norce cannot tell, its refusal says more."""
    try:
        return find()
    except PermanentError:
        return None


def _asked(find: Find, row: Posting) -> int | None:
    try:
        return find()
    except PermanentError as error:
        raise HoldError("unknown", document=row, said=error) from error


def _store(row: Posting, **columns: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)
