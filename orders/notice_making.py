"""Make a mail to a buyer: ask Norce for the order, fill the texts in, and address it."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import PermanentError, TransientError
from connectors.norce import wire
from connectors.norce.query import NorceQuery
from connectors.norce.types import events
from connectors.norce.types.order_updates import OrderStatus
from connectors.norce.types.query import DeliveryNoteRow, OrderRow
from connectors.scrambling import ERASED
from hub import gateways
from hub.models import Application, InboxEvent
from hub.models.configuration import NoticeKind
from orders.event_orders import unless_missing
from orders.notice_content import Names, country_id_of, delivery, email_of, ordered, pickup, received
from orders.notice_templates import Texts

NO_ADDRESS = sentence(_("Norce has no address for this order, or has forgotten it: no mail."))
HEADERS = {"Auto-Submitted": "auto-generated"}


class NothingToSend(Exception):
    """There is no mail to be sent, and that is no error; the text says why."""


class NotInNorce(TransientError):
    """Norce has no such order, or not yet: events may come before what they are about can be read."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Whom a mail goes to, and what its template may show."""

    to: str
    names: Names


def look_up(kind: str, event: InboxEvent, application: Application, note_no: str) -> Notice:
    """Return what an event's mail needs, as Norce has it now; ``note_no`` is the delivery note's.

    Of an order that has only been received nothing is looked up (guide 001). Raises NotInNorce, and
    NothingToSend for a forgotten order or one without an address.
    """
    message = read_event(event)
    if isinstance(message, events.OrderReceivedEvent):
        return _addressed(message.email or "", received(message, shop=shop_name(application)))
    assert isinstance(message, events.OrderEvent)
    query = gateways.norce_query(application.number)
    order = unless_missing(lambda: query.order(message.order_id, application_id=application.number))
    if order is None:
        raise NotInNorce("order_not_in_query", counts=False)
    names = names_of(order, application, query)
    if isinstance(message, events.OrderReadyForPickupEvent):
        names = {**names, **pickup(message.drop_point_code, order)}
    if kind == NoticeKind.DELIVERED:
        names = {**names, **_delivery(query, order, message.order_id, note_no)}
    return _addressed("" if order.is_forgotten else email_of(order), names)


def names_of(order: OrderRow, application: Application, query: NorceQuery) -> Names:
    """Return what a mail about an order of Norce's may show."""
    country = query.country_code(country_id_of(order))
    currency = query.currency_code(order.currency_id) or application.currency
    return ordered(order, shop=shop_name(application), currency=currency, country=country)


def read_event(event: InboxEvent) -> events.Event:
    """Return the body of an event as the message it is."""
    return wire.read(events.TYPES[event.event_type], wire.decode(bytes(event.body)))


def mail(notice: Notice, texts: Texts, application: Application, *, key: str) -> EmailMultiAlternatives:
    """Return the mail. The same ``key`` gives the same Message-ID, by which a receiver may recognise a double.

    Raises PermanentError for an address that no mail can go to.
    """
    try:
        validate_email(notice.to)
    except ValidationError as error:
        raise PermanentError("mail_address") from error
    host = urlsplit(settings.HUB_URL).hostname or "localhost"
    message = EmailMultiAlternatives(
        texts.subject,
        texts.text,
        application.mail_from or None,
        [notice.to],
        headers=HEADERS | {"Message-ID": f"<{sha256(key.encode()).hexdigest()[:32]}@{host}>"},
    )
    if texts.html:
        message.attach_alternative(texts.html, "text/html")
    return message


def shop_name(application: Application) -> str:
    """Return the name that buyers know the shop by: the sender's, else the application's."""
    return parseaddr(application.mail_from)[0] or application.name


def _delivery(query: NorceQuery, order: OrderRow, order_id: int, note_no: str) -> Names:
    """Return what a mail shows of a delivery: more follows where the order says so, and behind every note but the last.

    A mail that was put before there was a note is about the first.
    """
    notes = unless_missing(lambda: query.delivery_notes(order_id)) or []
    note = next((note for note in notes if note_no in ("", number_of(note))), None)
    is_followed = note is not None and note is not notes[-1]
    return delivery(note, partial=is_followed or order.status_id == OrderStatus.PARTLY_DELIVERED.id)


def number_of(note: DeliveryNoteRow) -> str:
    """Return what a delivery note is told apart by: its number, else Norce's id."""
    return note.note_no or str(note.id or "")


def _addressed(to: str, names: Names) -> Notice:
    address = to.strip()
    if address in ("", ERASED):
        raise NothingToSend(NO_ADDRESS)
    return Notice(to=address, names=names)
