"""Take an order that the shop has corrected and sent again, while a person would be asked about the first one."""

from __future__ import annotations

from django.db import transaction

from hub import rejected, work
from hub.models import OutboxMessage
from hub.models.work import TROUBLED
from orders.identifying import Identity
from orders.models import Order


def correct(order: Order, identity: Identity, *, body: bytes, format: str, endpoint: str) -> bool:
    """Put the new content in the place of the old, which is kept as rejected, and let the order start again.

    Returns False, with nothing changed, unless the order's way to the ERP is held or failed and the ERP
    has no number for it: what is under way or done is not touched by a second version.
    """
    with transaction.atomic():
        message = OutboxMessage.objects.filter(subject=order.subject, system__startswith="erp", state__in=TROUBLED)
        stopped = message.select_for_update().first()
        changed = stopped and Order.objects.filter(pk=order.pk, erp_order_no="", acknowledged_at=None).update(
            body=body, format=format, buyer_email=identity.buyer_email, released=[]
        )
        if not stopped or not changed:
            return False
        rejected.keep(
            endpoint=endpoint,
            body=bytes(order.body),
            reason=f"Order {order} was stopped and came again with other content, which took this one's place.",
            content_type=order.format,
        )
        OutboxMessage.objects.filter(pk=stopped.pk).update(serial=identity.serial)
        work.retry(stopped, by="Norce", reason="The order came again with other content.")
        return True
