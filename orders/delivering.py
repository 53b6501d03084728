"""Message norce.delivery_note: tell Norce of a delivery, once."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import PermanentError
from connectors.norce.query import NorceQuery
from hub import gateways
from hub.models import Application, OutboxMessage
from orders import content, norce_documents, states
from orders.contents import norce_rows
from orders.identifying import basket_id
from orders.models import DeliveryNote, Order
from orders.posting import post_once
from orders.retelling import read_again, settle_lost
from orders.sending import find_application
from orders.tellable import refuse_untellable

NAME = sentence(_("delivery note %(number)s"))


def send_delivery_note(message: OutboxMessage) -> None:
    """Register a delivery in Norce, which moves the order and has the buyer's mail sent.

    The ERP's number has been reported before, because messages of one order go in sequence; where a person
    has broken that, for a cancelled order, and for a delivery that the ERP has taken back, it is held.
    """
    note = DeliveryNote.objects.select_related("order").get(pk=message.payload["id"])
    refuse_untellable(note.order, NAME % {"number": note})
    application = find_application(note.order)
    settle_lost(note, [note], lambda one: _find(one, application))
    with transaction.atomic():
        read_again(note)
    completes = note.completes or _is_completed(note.order)
    payload = norce_documents.delivery_note(
        order_no=note.order.erp_order_no,
        number=note.number,
        delivered_at=localtime(note.made_at),
        completes=completes,
        rows=norce_rows(note.order, content.rows(note.content)),
        parcels=content.parcels(note.content),
        address=content.address(note.content),
        method=note.content["method"],
    )
    connect = gateways.norce_connect()
    post_once(note, send=lambda: connect.create_delivery_note(payload), find=lambda: _find(note, application))
    states.advance(note.order, Order.Status.DELIVERED if completes else Order.Status.PARTLY_DELIVERED)


def _is_completed(order: Order) -> bool:
    """Return whether Norce was told that all is delivered; pieces that the ERP adds later do not take that back."""
    return DeliveryNote.objects.filter(order=order, completes=True, sent_at__isnull=False).exists()


def _find(note: DeliveryNote, application: Application) -> int | None:
    query = gateways.norce_query(application.number)
    known = query.delivery_notes(norce_order_id(query, note.order, application))
    return next((row.id for row in known if row.note_no == note.number), None)


def norce_order_id(query: NorceQuery, order: Order, application: Application) -> int:
    """Return Norce's own id of an order: by its basket, else by the ERP's number.

    Another source's number is no basket's. Raises PermanentError when Query does not show the order, or two of it.
    """
    basket = basket_id(order.client_order_ref, order.source)
    row = query.order_of_basket(basket, application.number) if basket else None
    rows = [row] if row else query.orders_numbered(order.erp_order_no, application.number)
    number = rows[0].id if len(rows) == 1 else None
    if number is None:
        raise PermanentError("erp_orders_doubled", number=len(rows), order=order, erp_order=order.erp_order_no)
    return number
