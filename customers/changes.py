"""CustomerChangedNotification and CompanyChangedNotification: look who it is, and let what has changed be told."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce import wire
from connectors.norce.types.events import CompanyChangedNotification, CustomerChangedNotification
from connectors.norce.wire import WireError
from customers import creating, hearing, norce_rows, telling
from customers.kinds import COMPANIES, PEOPLE, Kind
from customers.reading import KINDS
from hub import registry
from hub.models import InboxEvent, OutboxMessage

NOBODY = sentence(_("Norce has nobody with this id any more."))
AN_ID = sentence(_("the id of one"))
# What an id of Norce's is: an int32.
LARGEST_ID = 2**31 - 1
Notification = CustomerChangedNotification | CompanyChangedNotification


def register() -> None:
    """Let the two notifications and the messages that follow from them be done here."""
    for event_type in (CustomerChangedNotification, CompanyChangedNotification):
        registry.handle_events(event_type.__name__, changed_event, identify=identify)
    registry.handle_messages(hearing.KIND, send_change)


def identify(notification: Notification) -> tuple[str, str]:
    """Return the subject, and no key: equal notifications are news each time. Raises WireError."""
    kind, number = _about(notification)
    if not 0 < number <= LARGEST_ID:
        raise WireError(notification.about, AN_ID, str(number))
    return norce_rows.subject(kind, number), ""


def changed_event(event: InboxEvent) -> None:
    """Read whom the event is about, let `customers.hearing` decide, and note what came of it.

    The event says neither what has changed nor how, and may be forged: only Query is believed.
    """
    kind, number = _about(_read(event))
    query = norce_rows.query_for("", event.application_number)
    norce_rows.forget(query, kind, number)
    row = norce_rows.look_up(query, kind, number, fresh=True)
    countries = norce_rows.countries(query, [row]) if row else {}
    with transaction.atomic():
        [outcome] = hearing.hear(kind, [row], countries) if row else [hearing.Outcome(norce_id=number, notes=[NOBODY])]
        InboxEvent.objects.filter(pk=event.pk).update(note=outcome.note)
    if outcome.problem:
        raise outcome.problem


def send_change(message: OutboxMessage) -> None:
    """Do a message: bring a bound customer to the ERP, or make one that the ERP does not have yet.

    A binding that was deleted or forgotten meanwhile has nothing to be told any more.
    """
    kind = KINDS[message.payload["kind"]]
    if "norce_id" in message.payload:
        creating.create(kind, message)
        return
    binding = kind.table._default_manager.filter(pk=message.payload["binding"], forgotten_at=None).first()
    if binding:
        telling.tell(kind, binding)


def _read(event: InboxEvent) -> Notification:
    body = wire.decode(bytes(event.body))
    if event.event_type == CustomerChangedNotification.__name__:
        return wire.read(CustomerChangedNotification, body)
    return wire.read(CompanyChangedNotification, body)


def _about(notification: Notification) -> tuple[Kind, int]:
    if isinstance(notification, CustomerChangedNotification):
        return PEOPLE, notification.customer_id
    return COMPANIES, notification.company_id
