"""What the page Reconciliation shows: each day's figures with their differences, and the orders that are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors.catalogue.sentences import told
from connectors.moments import clock
from hub.admin.badges import badge, state_badge
from hub.admin.links import item_url, list_url
from hub.admin.run_words import application_names, grouped
from hub.models import Application, OutboxMessage
from orders import fetching
from orders.day_count import DayCount
from orders.figures import Figure, of_json
from orders.models import Order
from orders.norce_rows import midnight

DAYS = 14
# Of an application that is no longer known.
TOLERANCE = Decimal("0.50")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One side's figure in words; ``tone`` is bad where it differs from the side before."""

    count: str
    sums: tuple[str, ...]
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A day of an application. ``sent`` is what the hub brought to the ERP that day, against which ``erp`` is held."""

    row: DayCount
    application: str
    norce: Cell
    hub: Cell
    sent: Cell
    erp: Cell | None
    verdict: SafeString
    trouble: str
    orders_url: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """An order of Norce's that is not here: where its fetching stands, and where it is asked for."""

    day: DayCount
    application: str
    number: str
    made: str
    amount: str
    state: SafeString | str
    work_url: str
    fetch_url: str


def page() -> dict[str, Any]:
    """Return the template's variables: the days of the last two weeks, the latest first, and what is missing."""
    rows = days()
    applications = {row.key: row for row in Application.objects.all()}
    return {
        "lines": [_line(row, applications.get(row.application_key)) for row in rows],
        "missing": missing(rows),
        "more": not_kept(rows),
    }


def days() -> list[DayCount]:
    """Return the figures of the last two weeks, the latest day first."""
    first = timezone.localdate() - timedelta(days=DAYS - 1)
    return list(DayCount.objects.filter(day__gte=first).order_by("-day", "application_key"))


def missing(rows: Sequence[DayCount]) -> list[Missing]:
    """Return the missing orders of some days that have not come since they were counted."""
    kept = _kept(rows)
    keys = [fetching.key(each["id"]) for _row, each in kept]
    messages = {message.key: message for message in OutboxMessage.objects.filter(key__in=keys).defer("payload")}
    names = application_names()
    return [_missing(row, each, names, messages.get(key)) for (row, each), key in zip(kept, keys, strict=True)]


def not_kept(rows: Iterable[DayCount]) -> int:
    """Return how many orders were missing when some days were counted besides those that were kept one by one."""
    counts = ((of_json(row.norce).count - of_json(row.hub).count, len(row.missing)) for row in rows)
    return sum(max(number - kept, 0) for number, kept in counts)


def still_missing() -> int:
    """Return how many orders of the last two weeks are missing: those that the page lists, and the more it tells of."""
    rows = days()
    return len(_kept(rows)) + not_kept(rows)


def _kept(rows: Iterable[DayCount]) -> list[tuple[DayCount, dict[str, Any]]]:
    """Return the days' missing orders that are kept and have not come since."""
    found = [(row, each) for row in rows for each in row.missing]
    here = _here({each["reference"] for _row, each in found})
    return [(row, each) for row, each in found if _place(row, each) not in here]


def _place(row: DayCount, each: dict[str, Any]) -> tuple[str, str, str]:
    return row.application_key, each["reference"], each.get("source", "")


def _here(references: Collection[str]) -> set[tuple[str, str, str]]:
    """Return application, reference and source of the orders that are here; where Query told no source, any is it."""
    found = Order.objects.filter(client_order_ref__in=references)
    rows = found.values_list("application_key", "client_order_ref", "source")
    return {(key, number, said) for key, number, source in rows for said in ("", source)}


def _line(row: DayCount, application: Application | None) -> Line:
    tolerance = application.sum_tolerance if application else TOLERANCE
    norce, hub, sent = of_json(row.norce), of_json(row.hub), of_json(row.sent)
    erp = of_json(row.erp) if row.erp is not None else None
    lacks, drifts = norce.differs(hub, tolerance), erp is not None and erp.differs(sent, tolerance)
    return Line(
        row=row,
        application=application.name if application else row.application_key,
        norce=_cell(norce),
        hub=_cell(hub, "bad" if lacks else ""),
        sent=_cell(sent),
        erp=_cell(erp, "bad" if drifts else "") if erp is not None else None,
        verdict=_verdict(norce.count - hub.count, differs=lacks or drifts, is_known=erp is not None),
        trouble=told(row.erp_error),
        orders_url=list_url(
            "orders_order",
            application_key=row.application_key,
            received_at__gte=midnight(row.day).isoformat(),
            received_at__lt=midnight(row.day + timedelta(days=1)).isoformat(),
        ),
    )


def _verdict(number: int, *, differs: bool, is_known: bool) -> SafeString:
    if number > 0:
        return badge(_("%(n)d missing") % {"n": number}, "bad")
    if differs:
        return badge(_("Differs"), "bad")
    return badge(_("Agrees"), "good") if is_known else badge(_("ERP not asked"), "wait")


def _cell(figure: Figure, tone: str = "") -> Cell:
    sums = tuple(_money(total, currency) for currency, total in sorted(figure.sums.items()))
    return Cell(count=grouped(figure.count), sums=sums, tone=tone)


def _money(amount: Decimal, currency: str) -> str:
    return f"{number_format(amount, 2, force_grouping=True)}\N{NO-BREAK SPACE}{currency}"


def _missing(row: DayCount, each: dict[str, Any], names: dict[str, str], message: OutboxMessage | None) -> Missing:
    waits = message is not None and message.state not in fetching.ASKABLE
    return Missing(
        day=row,
        application=names.get(row.application_key, row.application_key),
        number=each["number"],
        made=clock(datetime.fromisoformat(each["at"])),
        amount=_money(Decimal(each["amount"]), each["currency"]),
        state=state_badge(message) if message else "",
        work_url=item_url(message) if message else "",
        fetch_url="" if waits else reverse("admin:orders_daycount_fetch", args=[row.pk, each["id"]]),
    )
