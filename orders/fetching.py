"""Message norce.fetch_order: take an order that never came out of Norce Query and keep it as if it had been pushed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from connectors.errors import PermanentError
from connectors.norce import wire
from connectors.norce.query import NorceQuery
from connectors.norce.types.query import OrderRow
from connectors.norce.wire import WireError
from hub import by_hand, gateways, outbox
from hub.models import Application, OutboxMessage, ValueMapping
from hub.models.configuration import ValueKind
from hub.models.work import State
from orders import norce_match
from orders.event_orders import norce_subject
from orders.fetched import Known, to_request
from orders.identifying import identify
from orders.models import Order
from orders.norce_rows import why_not_wanted
from orders.storing import store

KIND = "norce.fetch_order"
ASKABLE = by_hand.RETRYABLE


def put(application: Application, *, order_id: int, reference: str) -> None:
    """Put the work that fetches an order, by Norce's id of it: once for ever, however often it is missed."""
    outbox.put(
        kind=KIND,
        system="norce",
        subject=norce_subject(application.number, reference),
        key=key(order_id),
        payload={"id": order_id, "application": application.number},
    )


def key(order_id: int) -> str:
    """Return the key of the work that fetches an order."""
    return f"{KIND}:{order_id}"


def ask(application: Application, *, order_id: int, reference: str, by: str, reason: str) -> None:
    """Let an order be fetched because a person wants it; who and why is kept on the attempt.

    What has failed is tried again. Raises NotAllowed without a reason, while it is under way and when it is done.
    """
    if not reason.strip():
        raise by_hand.NotAllowed(_("Say why: the reason is kept with the attempt."))
    with transaction.atomic():
        put(application, order_id=order_id, reference=reference)
        message = OutboxMessage.objects.select_for_update().get(key=key(order_id))
        if message.state in ASKABLE:
            by_hand.retry(message, by=by, reason=reason)
            return
        fresh = OutboxMessage.objects.filter(pk=message.pk, state=State.PENDING, asked_by="")
        if not fresh.update(asked_by=by, asked_reason=reason.strip()):
            raise by_hand.NotAllowed(_("Order %(number)s is being fetched, or has been.") % {"number": reference})


def fetch_order(message: OutboxMessage) -> None:
    """Read an order in Query and store it with the work that follows, unless the hub has it by now.

    It waits for a person before it goes to the ERP, because Query does not tell how it was paid; if Norce pushes
    it after all, the real one takes its place. Raises PermanentError for an order that is not to be had.
    """
    application = _application(message.payload["application"])
    query = gateways.norce_query(application.number)
    row = query.order(message.payload["id"], application_id=application.number)
    if row is None:
        raise PermanentError("fetch_gone")
    if norce_match.known(application, [row]):
        return
    why_not = why_not_wanted(row)
    if why_not:
        raise PermanentError("fetch_unwanted", why=why_not)
    body = _body(row, application, query)
    store(identify(body, Order.Format.JSON), body=body, format=Order.Format.JSON)


def _body(row: OrderRow, application: Application, query: NorceQuery) -> bytes:
    known = Known(
        application_key=application.key,
        currency=query.currency_code(row.currency_id),
        country=query.country_code,
        company=query.company(row.buyer_company_id) if row.buyer_company_id else None,
        fees=_fees(application),
    )
    try:
        return wire.encode(to_request(row, known))
    except WireError as error:
        raise PermanentError("fetch_unfit", said=error) from error


def _fees(application: Application) -> set[str]:
    """Return the articles that are freight or fees by the value mappings."""
    rows = ValueMapping.objects.filter(kind=ValueKind.FEE, application_key__in=("", application.key))
    return set(rows.values_list("norce_value", flat=True))


def _application(number: int) -> Application:
    found = Application.objects.filter(number=number).first()
    if found is None:
        raise PermanentError("application_gone", number=number)
    return found
