"""Which order one of Norce's events is about, and what is done while that order is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import blake2b
from typing import TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import PermanentError, TransientError
from hub.inbox import LONGEST_SUBJECT
from hub.models import Application, InboxEvent
from orders.identifying import NORCE_SOURCE, normal_source
from orders.models import Order

Row = TypeVar("Row")

NO_ORDER = sentence(_("No such order here."))
LONGEST_WAIT = timedelta(days=1)
SHORTEST_PAUSE, LONGEST_PAUSE = 10.0, 900.0


def norce_subject(application_number: int, client_order_ref: str, source: str = NORCE_SOURCE) -> str:
    """Return the name under which events refer to an order by Norce's own words: ``norce_order:1901:5100231``.

    Other sources bring numbers of their own, so a hash of the source keeps theirs apart
    (``norce_order:1901~5f1c…:17``); one of text and number does where the name would be too long.
    """
    source = normal_source(source)
    application = str(application_number) if source == NORCE_SOURCE else f"{application_number}~{mark(source)}"
    return shortened(f"norce_order:{application}:{client_order_ref.strip()}", LONGEST_SUBJECT)


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many characters, with a hash of what was cut off a longer one."""
    return text if len(text) <= longest else f"{text[: longest - len(mark(text)) - 1]}~{mark(text)}"


def mark(text: str) -> str:
    """Return a short hash that tells texts apart."""
    return blake2b(text.encode(), digest_size=5).hexdigest()


def norce_subjects(orders: Iterable[Order]) -> set[str]:
    """Return the names under which events refer to some orders, those of unknown applications left out."""
    listed = list(orders)
    keys = {order.application_key for order in listed}
    numbers = dict(Application.objects.filter(key__in=keys).values_list("key", "number"))
    return {
        norce_subject(numbers[order.application_key], order.client_order_ref, order.source)
        for order in listed
        if order.application_key in numbers
    }


def find_order(application_number: int, client_order_ref: str, source: str) -> Order | None:
    """Return the order that an event or a row of Query names, None while the hub does not have it."""
    orders = orders_of(application_number).filter(client_order_ref=client_order_ref.strip())
    return orders.filter(source=normal_source(source)).first()


def orders_of(application_number: int) -> QuerySet[Order]:
    """Return the orders of an application by Norce's number of it, without their bodies."""
    keys = Application.objects.filter(number=application_number).values("key")
    return Order.objects.defer("body").filter(application_key__in=keys)


def wait(event: InboxEvent, error: TransientError) -> None:
    """Raise ``error``, with longer pauses each time, until the event is a day old; return when it is.

    Events overtake their orders, and some orders never come here; neither is a fault, so no
    allowance is used up.
    """
    error.retry_after = pause_after(timezone.now() - event.received_at)
    if error.retry_after is not None:
        raise error


def pause_after(age: timedelta) -> float | None:
    """Return in how many seconds to look again for what is not there yet: longer each time, None after a day."""
    return min(max(age.total_seconds() / 2, SHORTEST_PAUSE), LONGEST_PAUSE) if age < LONGEST_WAIT else None


def unless_missing(ask: Callable[[], Row | None]) -> Row | None:
    """Return what Query answers, None also for a 404: what an event names may be there a little later."""
    try:
        return ask()
    except PermanentError as error:
        if error.status == 404:
            return None
        raise
