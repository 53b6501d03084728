"""What sending an order again would change: as it was mapped the last time beside what today's mappings make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from connectors.erp.base import ErpOrder
from connectors.errors import HubError, PermanentError
from orders import recorded
from orders.contents import read_request
from orders.draft_changes import Change, changes
from orders.models import MappedOrder, Order
from orders.sending import draft_of, find_application


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What both ways of sending an order again would do.

    ``problem`` is why today's mappings make no order of it, ``unusable`` why it cannot go as it was; the
    ``differences`` are known when neither is the case. ``mapped_at`` is when it was mapped last, if ever. The
    ``digest`` stands for exactly this: the same only while both ways would do the same.
    """

    problem: HubError | None
    unusable: str
    differences: list[Change]
    mapped_at: datetime | None
    digest: str


def preview(order: Order) -> Preview:
    """Return what would be sent again; nothing is written and nobody outside is asked."""
    now, problem = _today(order)
    before, unusable = _before(order)
    return Preview(
        problem=problem,
        unusable=unusable,
        differences=changes(before, now) if before and now else [],
        mapped_at=MappedOrder.objects.filter(order=order).values_list("mapped_at", flat=True).first(),
        digest=blake2b(repr((now, str(problem), before, unusable)).encode(), digest_size=16).hexdigest(),
    )


def _today(order: Order) -> tuple[ErpOrder | None, HubError | None]:
    try:
        return draft_of(order, read_request(order), find_application(order)), None
    except HubError as error:
        return None, error
    except RecursionError:
        return None, PermanentError("order_too_deep")


def _before(order: Order) -> tuple[ErpOrder | None, str]:
    try:
        return recorded.last(order, find_application(order).erp_connection.name), ""
    except HubError as error:
        return None, error.told
