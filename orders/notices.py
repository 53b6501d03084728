"""Mails to buyers: put once per order and kind when Norce tells its events, and sent once by the workers."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence, words
from connectors.errors import HoldError, HubError, TransientError
from connectors.norce.types import events
from hub import gateways, outbox, work
from hub import mail as mailing
from hub.inbox import LONGEST_KEY
from hub.models import Application, InboxEvent, OutboxMessage
from hub.models.configuration import NoticeKind
from hub.models.work import MAIL, State
from orders.event_orders import pause_after, shortened, unless_missing
from orders.notice_making import NothingToSend, NotInNorce, look_up, mail, number_of, read_event
from orders.notice_templates import fill_in, find, language_of

KIND = "mail.notice"
KINDS = {
    "OrderReceivedEvent": NoticeKind.ORDER_RECEIVED,
    "OrderConfirmedEvent": NoticeKind.ORDER_CONFIRMED,
    "OrderReadyForPickupEvent": NoticeKind.READY_FOR_PICKUP,
    "OrderDeliveredEvent": NoticeKind.DELIVERED,
    "OrderPartlyDeliveredEvent": NoticeKind.DELIVERED,
}
# Norce's sources are short words; an order's reference is told apart by them as far as a key has room.
LONGEST_SOURCE = 50
MAIL_OF_KIND = sentence(_("Mail “%(kind)s”"))
ON_ITS_WAY = sentence(_("%(mail)s: on its way."))
NO_DELIVERY_NOTE = sentence(_("%(mail)s: no delivery note in Norce."))
SWITCHED_OFF = sentence(_("%(mail)s: switched off for %(application)s."))
NO_APPLICATION = sentence(_("No application %(number)s here, so no mail: run sync_applications."))
NOT_FOR_A_DAY = sentence(_("Norce has not had this order for a day: no mail."))
TITLES = words(NoticeKind)


def put_notice(event: InboxEvent) -> State | None:
    """Put the mail that an event means, if its application sends that kind; note on the event what came of it.

    One message for each order and kind, for ever, by its key; of deliveries one for each delivery note
    that Norce has and that has none yet, so a repeated event puts nothing. Errors as of Norce Query.
    """
    kind = KINDS[event.event_type]
    application = Application.objects.filter(number=event.application_number or 0).first()
    if application is None or kind not in application.notices:
        note_on(event, _why_none(kind, event, application))
        return None
    payloads = _payloads(kind, event, application)
    with transaction.atomic():
        for key, payload in payloads.items():
            outbox.put(kind=KIND, system=MAIL, subject=event.subject, key=_single(kind, key), payload=payload)
        note_on(event, (ON_ITS_WAY if payloads else NO_DELIVERY_NOTE) % {"mail": mail_title(kind)})
    return None


def _why_none(kind: str, event: InboxEvent, application: Application | None) -> str:
    if application is None:
        return NO_APPLICATION % {"number": event.application_number}
    return SWITCHED_OFF % {"mail": mail_title(kind), "application": application}


def mail_title(kind: str) -> str:
    """Return the kind of mail as notes name it."""
    return MAIL_OF_KIND % {"kind": TITLES[kind]}


def _payloads(kind: NoticeKind, event: InboxEvent, application: Application) -> dict[str, dict[str, object]]:
    """Return the payloads by what makes each mail single: the order, of a delivery also the note."""
    message = read_event(event)
    payload: dict[str, object] = {"event": event.pk, "kind": kind.value}
    if isinstance(message, events.OrderReceivedEvent):
        order = f"{message.application_id}:{message.client_order_ref}:{message.source[:LONGEST_SOURCE]}"
        return {order: payload}
    assert isinstance(message, events.OrderEvent)
    if kind != NoticeKind.DELIVERED:
        return {str(message.order_id): payload}
    order_id, query = message.order_id, gateways.norce_query(application.number)
    notes = [number_of(note) for note in unless_missing(lambda: query.delivery_notes(order_id)) or []]
    has_none = _is_put(kind, order_id) if notes else isinstance(message, events.OrderDeliveredEvent)
    if has_none:
        # An ERP connection may tell the status alone: the buyer hears of it once, without a tracking number. A note
        # that comes later is of the same delivery.
        notes = ["", *notes[1:]]
    return {f"{order_id}:{note}".rstrip(":"): payload | {"note": note} for note in notes}


def _is_put(kind: NoticeKind, order_id: int) -> bool:
    """Return whether the mail about a delivery without a note was put."""
    return OutboxMessage.objects.filter(key=_single(kind, str(order_id))).exists()


def _single(kind: NoticeKind, key: str) -> str:
    return shortened(f"{KIND}:{kind}:{key}", LONGEST_KEY)


def send_notice(message: OutboxMessage) -> State | None:
    """Send one mail to a buyer, as the order is in Norce now.

    **What is promised: the hub never sends a mail twice by itself.** Before the mail server is called,
    the message is marked in a transaction of its own. The mark goes when the server has surely not taken
    the mail (`hub.mail.error_of`), and the mail is then tried again. When that is not known, because of
    a timeout or a worker that died, the mail is held, and a person decides: Retry sends it, perhaps
    a second time, Cancel leaves it. Raises HoldError then; else as Query, the template and `hub.mail.send`.
    """
    if message.payload.get("sending"):
        if not message.asked_by:
            raise _question()
        _mark(message, tried=0)
    event = InboxEvent.objects.filter(pk=message.payload["event"]).first()
    if event is None:
        return State.DONE
    try:
        _send(message, event)
    except NothingToSend as nothing:
        note_on(event, str(nothing))
    return None


def _send(message: OutboxMessage, event: InboxEvent) -> None:
    kind, note = message.payload["kind"], message.payload.get("note", "")
    application = Application.objects.filter(number=event.application_number or 0).first()
    if application is None or kind not in application.notices:
        raise NothingToSend(_why_none(kind, event, application))
    try:
        notice = look_up(kind, event, application, note)
    except NotInNorce as error:
        raise _later(message, error) from error
    language = language_of(application)
    texts = fill_in(find(kind, application.key, language), notice.names, language)
    mailed = mail(notice, texts, application, key=message.key)
    _mark(message, tried=message.tries)
    try:
        mailing.send(mailed, operation=f"send {kind}")
    except HubError as error:
        if isinstance(error, TransientError) and error.outcome_unknown:
            raise _question() from error
        _mark(message, tried=0)
        raise


def _mark(message: OutboxMessage, *, tried: int) -> None:
    """Note that a try is about to send, or with 0 that none has; a person's Retry answers one question and no more."""
    message.payload = message.payload | {"sending": tried}
    with transaction.atomic():
        if not work.mine(message).update(payload=message.payload, asked_by="", asked_reason=""):
            raise work.LeaseLost(str(message))


def _question() -> HoldError:
    return HoldError("sent")


def _later(message: OutboxMessage, error: NotInNorce) -> Exception:
    """An order that Norce does not have yet is asked for at longer and longer intervals, for a day."""
    error.retry_after = pause_after(timezone.now() - message.created_at)
    return error if error.retry_after else NothingToSend(NOT_FOR_A_DAY)


def note_on(event: InboxEvent, text: str) -> None:
    """Add to an event what came of it, once."""
    with transaction.atomic():
        note = InboxEvent.objects.select_for_update().values_list("note", flat=True).get(pk=event.pk)
        if text not in note.splitlines():
            InboxEvent.objects.filter(pk=event.pk).update(note="\n".join(filter(None, (note, text))))
