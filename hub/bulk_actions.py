"""Let one deed happen to many pieces of work: kept with who and why, done by the workers in portions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import bulk, by_hand, outbox, work
from hub.models import BulkAction, BulkItem, InboxEvent, NorceJob, OutboxMessage, SyncRun, WorkItem
from hub.models.work import State

KIND = "hub.bulk"
SYSTEM = "hub"
# More are left to the next action.
MOST = 100_000
PORTION = 100
# Seconds after which other work has its turn.
BUDGET = 10.0

Outcome = BulkItem.Outcome
TABLES: dict[str, type[WorkItem]] = {
    str(model._meta.model_name): model for model in (OutboxMessage, InboxEvent, SyncRun, NorceJob)
}
DEEDS: dict[str, Callable[..., None]] = {BulkAction.Deed.RETRY: by_hand.retry, BulkAction.Deed.CANCEL: by_hand.cancel}


def start(items: QuerySet[Any], *, deed: str, by: str, reason: str) -> BulkAction:
    """Keep that ``deed`` (`BulkAction.Deed`) is to happen to the items, and ring; return the row.

    Its ``get_absolute_url`` is the page that shows how far it has come. Raises NotAllowed without a reason.
    """
    if not reason.strip():
        raise by_hand.NotAllowed(_("Say why: the reason is kept with the attempt."))
    keys = list(items.order_by("pk").values_list("pk", flat=True)[:MOST])
    with transaction.atomic():
        action = BulkAction.objects.create(
            deed=deed,
            item_kind=items.model._meta.model_name,
            asked_by=by,
            reason=reason.strip(),
            total=len(keys),
        )
        bulk.upsert([BulkItem(bulk=action, item_id=key) for key in keys], unique=("bulk", "item_id"))
        outbox.put(
            key=f"{KIND}:{action.pk}",
            kind=KIND,
            system=SYSTEM,
            subject=f"bulk:{action.pk}",
            payload={"id": action.pk},
        )
    return action


def go_on(message: OutboxMessage) -> State | None:
    """Do the next portions of a bulk action; return PENDING while there are more.

    An item and what came of it are written in one transaction, so that whoever dies leaves none half done and
    none is done twice.
    """
    action = BulkAction.objects.get(pk=message.payload["id"])
    until = time.monotonic() + BUDGET
    while portion := list(action.items.filter(outcome=Outcome.WAITING).order_by("item_id")[:PORTION]):
        if time.monotonic() > until:
            return State.PENDING
        work.beat(message)
        for item in portion:
            _do(action, item)
    BulkAction.objects.filter(pk=action.pk, finished_at=None).update(finished_at=timezone.now())
    return None


def _do(action: BulkAction, item: BulkItem) -> None:
    """Do one item, unless another worker, who thought this one dead, has done it."""
    with transaction.atomic():
        if not BulkItem.objects.filter(pk=item.pk, outcome=Outcome.WAITING).update(outcome=Outcome.DONE):
            return
        row = TABLES[action.item_kind]._default_manager.filter(pk=item.item_id).first()
        try:
            if row is None:
                raise by_hand.NotAllowed(_("It is no more."))
            DEEDS[action.deed](row, by=action.asked_by, reason=action.reason)
        except by_hand.NotAllowed:
            BulkItem.objects.filter(pk=item.pk).update(outcome=Outcome.REFUSED, state_then=row.state if row else "")
