"""How many orders came in each hour of the last week, and what became of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.admin.links import link, list_url
from hub.admin.run_words import grouped
from hub.bars import Bar, bars
from hub.counted import HOUR, Counts, at, by, up_to_date
from hub.panels import Panel, Part, Table
from orders.models import Order
from orders.norce_rows import midnight
from orders.troubles import all_ids, outside, stopped

DAYS = 7
LIST = "orders_order"


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return the orders received by hour; of them those that are held or failed, and those not in the ERP.

    Only the last hours are counted anew. The others change by what stops and goes on, which is found by the
    partial indexes of the work and of the orders without an ERP number.
    """
    first = midnight(_days()[-1]).astimezone(UTC)
    recent = Order.objects.filter(received_at__gte=first)
    return {
        "received": up_to_date(before.get("received", {}), Order.objects.all(), "received_at", first=first, step=HOUR),
        "stopped": by(recent.filter(pk__in=all_ids(*stopped())), "received_at", step=HOUR),
        "outside": by(outside(recent), "received_at", step=HOUR),
    }


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return a week of days with their hours, to those who may see orders."""
    if not request.user.has_perm("orders.view_order"):
        return Panel()
    received: Counts = figures.get("received", {})
    top = max([1, *received.values()])
    legend = (("good", _("In the ERP")), ("plain", _("Not in the ERP")), ("bad", _("Held or failed")))
    return Panel(
        plots=(
            Table(
                title=_("Orders each hour"),
                note=_("Received in the last seven days, midnight to midnight, and where they stand now."),
                legend=legend,
                headers=(_("Day"), _("Hours"), _("Received"), *(name for _tone, name in legend)),
                rows=tuple(_row(day, figures, top) for day in _days()) if received else (),
                url=list_url(LIST, received="week"),
                empty=_("No order has come in the last seven days."),
                wide=True,
            ),
        )
    )


def _days() -> list[date]:
    return [timezone.localdate() - timedelta(days=number) for number in range(DAYS)]


def _row(day: date, figures: dict[str, Any], top: int) -> tuple[Any, ...]:
    begin, end = midnight(day).astimezone(UTC), midnight(day + timedelta(days=1)).astimezone(UTC)
    # 23 or 25 of them where the clocks are changed.
    hours = [begin + number * HOUR for number in range((end - begin) // HOUR)]
    outcomes = [_outcomes(hour, figures) for hour in hours]
    drawn = bars([_bar(hour, *found) for hour, found in zip(hours, outcomes, strict=True)], top=top)
    good, plain, bad = (sum(found) for found in zip(*outcomes, strict=True))
    return (
        date_format(day, "D j M"),
        drawn,
        _link(good + plain + bad, begin, end),
        _link(good, begin, end, state="through"),
        _link(plain, begin, end, state="outside"),
        _link(bad, begin, end, cause="any"),
    )


def _outcomes(hour: datetime, figures: dict[str, Any]) -> tuple[int, int, int]:
    """Return how many orders of an hour are in the ERP, not in the ERP, and held or failed."""
    received, plain, bad = (at(figures.get(name, {}), hour) for name in ("received", "outside", "stopped"))
    return max(received - plain - bad, 0), plain, bad


def _bar(hour: datetime, good: int, plain: int, bad: int) -> Bar:
    return Bar(
        parts=(("good", good), ("plain", plain), ("bad", bad)),
        hint=f"{timezone.localtime(hour):%H:%M} · {good + plain + bad}",
        url=_url(hour, hour + HOUR),
    )


def _url(begin: datetime, end: datetime, **filters: str) -> str:
    return list_url(LIST, received_at__gte=begin.isoformat(), received_at__lt=end.isoformat(), **filters)


def _link(number: int, begin: datetime, end: datetime, **filters: str) -> Any:
    return link(_url(begin, end, **filters), grouped(number)) if number else grouped(0)


PART = Part(name="hours", title=gettext_lazy("Orders each hour"), count=count, show=show)
