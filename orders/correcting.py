"""Take an order that came again with other content: a corrected one, or the real one after one that was fetched."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import HubError
from hub import by_hand, rejected
from hub.models import OutboxMessage
from hub.models.work import TROUBLED, UNFINISHED, State
from orders.contents import read_request
from orders.fetched import is_fetched
from orders.identifying import Identity
from orders.models import Order

TAKEN_PLACE = sentence(_("Order %(order)s was stopped and came again with other content, which took this one's place."))
CORRECTED = sentence(_("The order came again with other content."))


def correct(order: Order, identity: Identity, *, body: bytes, format: str, endpoint: str) -> bool:
    """Put the new content in the place of the old, which is kept as rejected, and let the order start again.

    Returns False, with nothing changed, unless the order's way to the ERP is held or failed and the ERP
    has no number for it: what is under way or done is not touched by a second version. One that was fetched
    from Query, and that nobody has released, gives way in any case: it will be held if it is not yet.
    """
    states = UNFINISHED if _gives_way(order) else TROUBLED
    with transaction.atomic():
        message = OutboxMessage.objects.filter(subject=order.subject, system__startswith="erp", state__in=states)
        stopped = message.select_for_update().first()
        if not stopped or not _exchangeable(order, stopped).update(
            body=body, format=format, buyer_email=identity.buyer_email, released=[]
        ):
            return False
        rejected.keep(
            endpoint=endpoint,
            body=bytes(order.body),
            reason=TAKEN_PLACE % {"order": order},
            content_type=order.format,
        )
        OutboxMessage.objects.filter(pk=stopped.pk).exclude(state=State.RUNNING).update(serial=identity.serial)
        if stopped.state in TROUBLED:
            by_hand.retry(stopped, by="Norce", reason=CORRECTED)
        return True


def _exchangeable(order: Order, message: OutboxMessage) -> QuerySet[Order]:
    """Return the order's row while its content may be exchanged; a released one that is under way may not."""
    rows = Order.objects.filter(pk=order.pk, erp_order_no="", acknowledged_at=None)
    return rows if message.state in TROUBLED else rows.filter(released=[])


def _gives_way(order: Order) -> bool:
    try:
        return not order.released and is_fetched(read_request(order))
    except HubError:
        return False
