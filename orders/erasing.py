"""Take a person out of their orders: references, numbers, rows and sums stay, names and addresses go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from connectors.errors import HubError
from connectors.norce.types.orders import ClientCustomer, OrderRequest
from connectors.norce.types.orders import Person as Named
from connectors.scrambling import ERASED, scrambled
from customers.mapping import full_name, is_company
from hub import registry
from hub.erasing import scramble_bodies
from hub.models import Application, InboxEvent, OutboxMessage
from hub.models.work import UNFINISHED
from hub.person import Person
from orders import document_privacy
from orders.contents import BLANK, read_request
from orders.event_orders import norce_subjects
from orders.models import MappedOrder, Order

PREFIX = "order:"
ENDED = (Order.Status.INVOICED, Order.Status.CANCELLED)
# Bodies may be as long as two megabytes.
AT_ONCE = 20
CHUNK = 1000


def eraser() -> registry.Eraser:
    """Return what the orders app does to erase a person."""
    return registry.Eraser(find=find, unfinished=lambda person: [], erase=erase)


def find(person: Person) -> Person:
    """Return the person with their orders, and with the names and addresses that are on these.

    Theirs is an order they bought, one of their code in the ERP (unless a company bought it), and one
    that names their e-mail address anywhere: payer and receiver are people too. For the last, every
    stored body is read through once.
    """
    found = {order.pk: order for order in _of_codes(person)}
    emails = person.emails or {order.buyer_email for order in found.values()} - {""}
    person |= Person(emails=frozenset(emails))
    found |= {order.pk: order for order in _mentioning(person)}
    subjects = frozenset(order.subject for order in found.values()) | norce_subjects(found.values())
    words = frozenset(word for order in found.values() for word in _words(order))
    return person | Person(subjects=subjects, words=words)


def erase(person: Person) -> dict[str, int]:
    """Scramble the person's orders that are not scrambled yet; return how many. JSON and XML keep their shape."""
    rows = Order.objects.filter(pk__in=_keys(person.subjects)).order_by("pk")
    number = 0
    for chunk in _chunks(rows):
        changed = [order for order in chunk if _scramble(order, person)]
        with transaction.atomic():
            Order.objects.bulk_update(changed, ["body", "buyer_email", "buyer_name", "erased_at"])
            _forget_buyers(changed)
        number += len(changed)
    keys = _keys(person.subjects)
    return {"order": number, "mappedorder": _forget_mapped(keys), **document_privacy.erase(person, keys)}


def prune() -> dict[str, int]:
    """Blank the contents of ended orders older than HUB_KEEP_ORDER_DAYS; with 0 they are kept for good.

    An order that the ERP has not finished is kept twice as long, because its payments are captured by what it
    says; what is invoiced after that is held. References, numbers, sums and states stay. What Norce's events say
    of their buyers goes too. Returns how many orders were blanked.
    """
    if not settings.HUB_KEEP_ORDER_DAYS:
        return {}
    now, kept = timezone.now(), timedelta(days=settings.HUB_KEEP_ORDER_DAYS)
    subject = Concat(Value(PREFIX), OuterRef("pk"), output_field=TextField())
    busy = OutboxMessage.objects.filter(subject=subject, state__in=UNFINISHED)
    ended = Q(status__in=ENDED) | Q(erp_order_no="") | Q(gone_at__isnull=False)
    old = Q(received_at__lt=now - kept) & ended | Q(received_at__lt=now - 2 * kept)
    rows = Order.objects.filter(~Exists(busy), old).exclude(body=BLANK)
    number = 0
    while keys := list(rows.order_by("received_at").values_list("pk", flat=True)[:CHUNK]):
        orders = Order.objects.filter(pk__in=keys)
        _scramble_events(orders)
        with transaction.atomic():
            blank = {"body": BLANK, "format": Order.Format.JSON, "buyer_email": "", "buyer_name": "", "erased_at": now}
            number += orders.update(**blank)
            _forget_mapped(keys)
            document_privacy.forget_addresses(keys)
            _forget_buyers(orders.only("pk"))
    return {"order (blanked)": number}


def _scramble_events(orders: QuerySet[Order]) -> None:
    """Take the people out of what Norce's events have said of some orders."""
    listed = list(orders.only("application_key", "client_order_ref", "source"))
    subjects = frozenset(order.subject for order in listed) | norce_subjects(listed)
    scramble_bodies(InboxEvent.objects.filter(subject__in=subjects), Person(subjects=subjects))


def _of_codes(person: Person) -> Iterator[Order]:
    """Yield the orders of the person's codes; a company may have the same code in an ERP that numbers them apart."""
    keys = dict(Application.objects.values_list("key", "erp_connection__name"))
    orders = Order.objects.filter(customer_code__in=[code for _, code in person.codes]).exclude(customer_code="")
    for order in orders.order_by("pk").iterator(chunk_size=AT_ONCE):
        if (keys.get(order.application_key), order.customer_code) in person.codes and not _is_companys(order):
            yield order


def _mentioning(person: Person) -> Iterator[Order]:
    if not person.emails:
        return
    for order in Order.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
        if order.buyer_email in person.emails or person.is_in(bytes(order.body)):
            yield order


def is_erased(order: Order) -> bool:
    """Return whether a person was taken out of the order: what comes of it again must not bring them back."""
    return not order.buyer_email and ERASED.encode() in bytes(order.body)


def _scramble(order: Order, person: Person) -> bool:
    """Take the person out of an order in memory; return whether it held anything."""
    body = scrambled(bytes(order.body), lambda text: person.without(text, own=True))
    name = order.buyer_name if _is_companys(order) else ""
    before = (bytes(order.body), order.buyer_email, order.buyer_name)
    order.body, order.buyer_email, order.buyer_name, order.erased_at = body, "", name, timezone.now()
    return before != (body, "", name)


def _forget_buyers(orders: Iterable[Order]) -> None:
    """Take the buyers out of the names by which their orders' messages keep out of each other's way."""
    subjects = [order.subject for order in orders]
    OutboxMessage.objects.filter(subject__in=subjects).exclude(serial="").update(serial="")


def _forget_mapped(orders: Sequence[int]) -> int:
    """Delete what is kept of how some orders (by id) were mapped for their ERPs; return of how many there was any."""
    return MappedOrder.objects.filter(order__in=orders).delete()[0]


def _chunks(rows: QuerySet[Order]) -> Iterator[list[Order]]:
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield chunk
        last = chunk[-1].pk


def _keys(subjects: Iterable[str]) -> list[int]:
    return [int(subject.removeprefix(PREFIX)) for subject in subjects if subject.startswith(PREFIX)]


def _is_companys(order: Order) -> bool:
    request = _request(order)
    return bool(request and is_company(request.sell_to or request.bill_to))


def _words(order: Order) -> Iterator[str]:
    """Yield the names, addresses and numbers by which an order's texts may call the people on it."""
    yield order.buyer_email
    request = _request(order)
    for party in (request.sell_to, request.bill_to, request.ship_to) if request else ():
        yield from _of_person(party)


def _of_person(party: ClientCustomer | None) -> Iterator[str]:
    person = (party.person if party else None) or Named()
    named = (full_name(person), person.first_name, person.last_name, person.email, person.cell_phone)
    yield from (text for text in (*named, person.private_phone, person.work_phone, person.ssn) if text)


def _request(order: Order) -> OrderRequest | None:
    try:
        return read_request(order)
    except (HubError, RecursionError):
        return None
