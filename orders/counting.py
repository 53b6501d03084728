"""Keep a day's figures, and tell the operators which orders are missing: once for each day and new set of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from hub import alerts
from hub.models import Application
from orders.day_count import DayCount
from orders.figures import Figure
from orders.models import Order

PAGE = "/admin/orders/daycount/"
SHOWN = 20
AND_MORE = sentence(_("%(listed)s and %(more)s more"))
ONE_LOST = sentence(_("1 order of %(day)s never came from Norce"))
LOST = sentence(_("%(number)s orders of %(day)s never came from Norce"))
TEXT = sentence(
    _(
        "%(application)s: Norce has orders of %(day)s that the hub has not: %(orders)s. Fetch them on the page "
        "Reconciliation, or have Norce send them again."
    )
)


def keep(application: Application, days: Mapping[str, Any], *, since: datetime, until: datetime) -> None:
    """Write the figures of some days as counted now. Called in the transaction that ends the application's part.

    The ERP's figures of before stay until it is asked.
    """
    sent = sent_to_erp(application, since, until)
    earlier = dict(_rows(application, days).values_list("day", "missing"))
    for text, found in days.items():
        day = date.fromisoformat(text)
        DayCount.objects.update_or_create(
            day=day,
            application_key=application.key,
            defaults=found | {"sent": sent[day].as_json(), "counted_until": until, "counted_at": timezone.now()},
        )
        known = {each["id"] for each in earlier.get(day, [])}
        if any(each["id"] not in known for each in found["missing"]):
            _tell(application, day, found)


def keep_erp(application: Application, day: date, figure: Figure) -> None:
    """Write what the ERP says of a day."""
    rows = DayCount.objects.filter(day=day, application_key=application.key)
    rows.update(erp=figure.as_json(), erp_error="")


def keep_erp_error(application: Application, days: Sequence[str], text: str) -> None:
    """Write for some days that the ERP could not be asked, and why."""
    _rows(application, days).update(erp=None, erp_error=text)


def sent_to_erp(application: Application, since: datetime, until: datetime) -> defaultdict[date, Figure]:
    """Return by day the orders of an application that the hub brought to the ERP in a span, in one statement."""
    rows = Order.objects.filter(
        application_key=application.key, erp_ordered_at__gte=since, erp_ordered_at__lt=until
    ).order_by()
    days = rows.annotate(day=TruncDate("erp_ordered_at")).values("day", "currency")
    found: defaultdict[date, Figure] = defaultdict(Figure)
    for row in days.annotate(number=Count("pk"), total_sum=Sum("total")):
        found[row["day"]] = found[row["day"]].plus(row["currency"], row["total_sum"], row["number"])
    return found


def listed(names: Sequence[str], number: int) -> str:
    """Return the first of so many names, and how many more there are."""
    text = ", ".join(names[:SHOWN])
    more = number - len(names[:SHOWN])
    return AND_MORE % {"listed": text, "more": more} if more > 0 else text


def _rows(application: Application, days: Sequence[str] | Mapping[str, Any]) -> Any:
    return DayCount.objects.filter(application_key=application.key, day__in=list(days))


def _tell(application: Application, day: date, found: Mapping[str, Any]) -> None:
    number = found["norce"]["count"] - found["hub"]["count"]
    ids = ",".join(str(each["id"]) for each in found["missing"])
    names = [each["number"] for each in found["missing"]]
    alerts.put(
        key=f"lost_orders:{application.number}:{day}:{blake2b(ids.encode(), digest_size=8).hexdigest()}",
        subject=(LOST if number > 1 else ONE_LOST) % {"number": number, "day": day},
        text=TEXT % {"application": application.name, "day": day, "orders": listed(names, number)},
        path=PAGE,
    )
