"""Look at a mail template on an order, made-up or real, and send it to an address that a person has typed in.

A real order shows its buyer: that is a look at personal data, which takes a reason and leaves a trace.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from connectors.errors import ConfigError
from connectors.norce.query import NorceQuery
from connectors.norce.types.events import OrderReceivedEvent
from connectors.norce.types.query import OrderRow
from connectors.redaction import mask_email
from hub import gateways, outbox, revealing, work
from hub import mail as mailing
from hub.models import Application, OutboxMessage
from hub.models.configuration import NoticeKind
from hub.models.work import MAIL
from orders.event_orders import norce_subject
from orders.identifying import NORCE_SOURCE, basket_id
from orders.models import NoticeTemplate, Order
from orders.notice_content import Names, delivery, pickup, received
from orders.notice_making import Notice, mail, names_of, shop_name
from orders.notice_samples import made_up
from orders.notice_templates import Texts, fill_in, find

KIND = "mail.notice_test"
# A Norce order number that is a basket's id fits into an int32.


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A mail as a person may look at it; ``number`` is the order's, "" for the made-up one."""

    texts: Texts
    application: Application | None
    names: Names
    number: str


def preview(template: NoticeTemplate, texts: Texts, *, number: str, by: str, reason: str) -> Shown:
    """Return texts as `show` does, once it is written down who looks at a real order and why."""
    shown = show(template, texts, number=number)
    if shown.number:
        _keep(template, number, _("Preview of a mail"), by=by, reason=reason)
    return shown


def put_test(template: NoticeTemplate, *, to: str, number: str, by: str, reason: str) -> None:
    """Put a test of a template's saved texts, and keep who sends a real order's where and why.

    The address is masked as soon as it is sent.
    """
    with transaction.atomic():
        if number:
            _keep(template, number, _("Test mail to %(to)s") % {"to": mask_email(to)}, by=by, reason=reason)
        outbox.put(
            kind=KIND,
            system=MAIL,
            subject=f"notice_template:{template.pk}",
            key=f"{KIND}:{template.pk}:{secrets.token_hex(8)}",
            payload={"template": template.pk, "to": to, "number": number},
        )


def send_test(message: OutboxMessage) -> None:
    """Send one test, marked as such in its subject. A test may come twice when an answer is lost."""
    template = NoticeTemplate.objects.filter(pk=message.payload["template"]).first()
    if template is None:
        return
    texts = find(template.kind, template.application_key, template.language)
    shown = show(template, texts, number=message.payload["number"])
    marked = replace(shown.texts, subject=f"[Test] {shown.texts.subject}")
    notice = Notice(to=message.payload["to"], names=shown.names)
    mailing.send(mail(notice, marked, shown.application or Application(), key=message.key), operation="send test")
    work.mine(message).update(payload=message.payload | {"to": mask_email(message.payload["to"])})


def show(template: NoticeTemplate, texts: Texts, *, number: str) -> Shown:
    """Return texts filled in with the order of that number, without one with a made-up order.

    Raises ConfigError when the texts have an error or Norce has no order of that number; else as Query.
    """
    order, application = _order(template, number)
    if order is None or application is None:
        names = made_up(template.kind)[0]
    else:
        names = _names(template.kind, order, application)
    filled = fill_in(texts, names, template.language)
    return Shown(texts=filled, application=application, names=names, number=_number(order))


def _keep(template: NoticeTemplate, number: str, what: str, *, by: str, reason: str) -> None:
    """Keep a look at an order; one that is not here goes by Norce's own name of it."""
    ours, application = _known(template, number)
    subject = ours.subject if ours else norce_subject(application.number if application else 0, number)
    revealing.reveal(subject, [revealing.Shown(title=what, text=number)], by=by, reason=reason)


def _order(template: NoticeTemplate, number: str) -> tuple[OrderRow | None, Application | None]:
    """Return the order in Norce, none without a number, and the application."""
    ours, application = _known(template, number)
    if not number or application is None:
        return None, application
    found = _in_norce(gateways.norce_query(application.number), ours.client_order_ref if ours else number, application)
    if found is None:
        raise ConfigError("preview_no_order", number=number, application=application)
    return found, application


def _known(template: NoticeTemplate, number: str) -> tuple[Order | None, Application | None]:
    """Return the latest order here that has a number of Norce's or the ERP's, and the application it would be of."""
    known = Order.objects.defer("body").filter(Q(client_order_ref=number) | Q(erp_order_no=number))
    if template.application_key:
        known = known.filter(application_key=template.application_key)
    ours = known.order_by("-received_at").first() if number else None
    return ours, _application(ours.application_key if ours else template.application_key)


def _application(key: str) -> Application | None:
    rows = Application.objects.filter(key=key) if key else Application.objects.filter(is_active=True)
    return rows.filter(number=settings.NORCE_APPLICATION_ID).first() or rows.order_by("number").first()


def _in_norce(query: NorceQuery, number: str, application: Application) -> OrderRow | None:
    basket = basket_id(number, NORCE_SOURCE)
    order = query.order_of_basket(basket, application.number) if basket else None
    if order is not None:
        return order
    orders = query.orders_numbered(number, application.number)
    return orders[0] if orders else None


def _names(kind: str, order: OrderRow, application: Application) -> Names:
    query = gateways.norce_query(application.number)
    if kind == NoticeKind.ORDER_RECEIVED:
        return received(_as_received(order), shop=shop_name(application))
    names = names_of(order, application, query)
    if kind == NoticeKind.READY_FOR_PICKUP:
        return {**names, **pickup("STORE-17", order)}
    if kind == NoticeKind.DELIVERED:
        notes = query.delivery_notes(order.id or 0)
        return {**names, **delivery(notes[-1] if notes else None, partial=False)}
    return names


def _as_received(order: OrderRow) -> OrderReceivedEvent:
    buyer = order.buyer
    return OrderReceivedEvent(
        client_id=0,
        application_id=order.application_id or 0,
        client_order_ref=_number(order),
        first_name=buyer.first_name if buyer else None,
        last_name=buyer.last_name if buyer else None,
        source=order.source or "",
    )


def _number(order: OrderRow | None) -> str:
    return str(order.quotation_id or order.order_no or "") if order else ""
