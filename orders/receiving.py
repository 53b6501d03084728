"""Keep an OrderRequest once; build the OrderResponse."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce.types.order_updates import OrderResponse, ResponseStatus
from connectors.scrambling import scrambled
from hub import rejected
from orders.correcting import correct
from orders.erasing import is_erased
from orders.identifying import Identity, Unidentifiable, identify
from orders.models import Order
from orders.storing import store

ENDPOINT = "norce/orders"
CAME_AGAIN = sentence(_("Order %(order)s came again with other content; what came first counts."))


def receive(*, body: bytes, format: str, sender: str = "", address: str = "") -> OrderResponse:
    """Store a received order, its work and the ring in one transaction; return the answer for Norce.

    A repeat gets the same answer, with the ERP number once it is known. A body that cannot be
    identified is kept as rejected and answered Failed. Raises DatabaseError when nothing could be
    stored: the sender must then try again.
    """
    try:
        identity = identify(body, format)
    except Unidentifiable as error:
        rejected.keep(
            endpoint=ENDPOINT, body=body, reason=str(error), content_type=format, sender=sender, address=address
        )
        return OrderResponse(status_code=ResponseStatus.FAILED, has_erp_order_no=False, description=str(error))
    if store(identity, body=body, format=format):
        return stored_answer("")
    return _repeat(identity, body, format, sender, address)


def stored_answer(erp_order_no: str) -> OrderResponse:
    """Return the answer to an order that is stored, with the ERP's number as soon as there is one."""
    return OrderResponse(
        status_code=ResponseStatus.OK,
        has_erp_order_no=bool(erp_order_no),
        erp_order_no=erp_order_no or None,
        description="Created" if erp_order_no else "Queued",
    )


def _repeat(identity: Identity, body: bytes, format: str, sender: str, address: str) -> OrderResponse:
    first = Order.objects.get(
        application_key=identity.application_key,
        source=identity.source,
        client_order_ref=identity.client_order_ref,
    )
    if bytes(first.body) != body and not correct(first, identity, body=body, format=format, endpoint=ENDPOINT):
        rejected.keep(
            endpoint=ENDPOINT,
            body=scrambled(body, str) if is_erased(first) else body,
            reason=CAME_AGAIN % {"order": first},
            content_type=format,
            sender=sender,
            address=address,
        )
    return stored_answer(first.erp_order_no)
