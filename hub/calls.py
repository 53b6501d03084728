"""Write an ApiCall row for every call out, redacted, under the attempt that made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from connectors.http import CallRecord
from connectors.ratelimit import block
from hub import beats, work
from hub.models import ApiCall, WorkItem

# No answer at all, or one that means: not now. Such an ERP is left alone for a while.
AWAY = (None, 429, 502, 503, 504)
REST = 30.0

_item: ContextVar[WorkItem | None] = ContextVar("item", default=None)


@contextmanager
def attributed_to(item: WorkItem) -> Iterator[None]:
    """Let every call made inside count for this item's present attempt."""
    token = _item.set(item)
    try:
        yield
    finally:
        _item.reset(token)


def before_call() -> None:
    """Extend the present item's lease and this cluster's sign of life.

    Raises LeaseLost when another worker has the item, and RuntimeError inside a transaction: the
    network must not hold a lock, and a rollback must not forget what the other side has done.
    """
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("A call out inside a database transaction.")
    item = _item.get()
    if item is not None:
        work.beat(item)
        beats.beat()


def record(call: CallRecord) -> None:
    """Keep one finished call."""
    item = _item.get()
    if call.system.startswith("erp:") and call.status in AWAY:
        block(call.system, REST)
    ApiCall.objects.create(
        system=call.system,
        operation=call.operation,
        method=call.method,
        url=call.url,
        status=call.status,
        ms=call.ms,
        request=call.request,
        response=call.response,
        error=call.error,
        request_id=call.request_id[:100],
        subject=getattr(item, "subject", ""),
        item_kind=item.label if item else "",
        item_id=item.pk if item else None,
        attempt=item.tries if item else None,
    )
