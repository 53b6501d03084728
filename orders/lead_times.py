"""How long orders took for each step of their way, by the latest that have made it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub import summary
from hub.admin.links import link, list_url
from hub.bars import strip
from hub.durations import in_words
from hub.panels import Panel, Part, Table
from orders.models import DeliveryNote, Invoice, Order

LATEST = 1000
RECENT = timedelta(days=7)
# The drawing's scale: each of its four quarters is sixty times as long as the one before: 1 s, 1 min, 1 h, 60 h, 150 d.
FACTOR, QUARTERS = 60, 4
# An order, when the step began, and when it was made.
Made = tuple[int, datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an order; ``made`` are the orders that have made it lately, each once."""

    title: str | Promise
    made: Callable[[], Iterable[Made]]


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return for each step how long half of the orders took at most, how long 95 %, and which took longer."""
    return {name: found for name, step in STEPS.items() if (found := _measured(step.made()))}


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return the steps, to those who may see orders."""
    if not request.user.has_perm("orders.view_order"):
        return Panel()
    return Panel(
        plots=(
            Table(
                title=_("Lead times"),
                note=_(
                    "By the latest thousand of the week's orders, of the delivery notes and of the invoices; an order "
                    "counts once in a step. The lines stand at 1 s, 1 min, 1 h and 2½ d."
                ),
                legend=(("good", _("half of them")), ("wait", _("95 %"))),
                headers=(_("Step"), _("Time"), _("Half within"), _("95 % within"), _("The slowest")),
                rows=tuple(_row(name, step, figures[name]) for name, step in STEPS.items() if name in figures),
                url=list_url("orders_order"),
                empty=_("No order has gone on to the ERP yet."),
            ),
        )
    )


def slow_orders(name: str) -> list[int]:
    """Return the slowest twentieth of a step, as it was counted last."""
    slowest: list[int] = summary.content(PART.name).get(name, {}).get("slowest", [])
    return slowest


def _measured(made: Iterable[Made]) -> dict[str, Any]:
    """Return what is kept of a step, in seconds; nothing where no order has made it in the sequence of the steps."""
    took = sorted(((end - begin).total_seconds(), order) for order, begin, end in made if end >= begin)
    if not took:
        return {}
    half, most = (took[math.ceil(share * len(took)) - 1][0] for share in (0.5, 0.95))
    return {"half": half, "most": most, "slowest": [order for seconds, order in took if seconds > most]}


def _row(name: str, step: Step, found: dict[str, Any]) -> tuple[Any, ...]:
    slowest = len(found["slowest"])
    return (
        step.title,
        strip((("good", _place(found["half"])), ("wait", _place(found["most"]))), ticks=QUARTERS),
        in_words(timedelta(seconds=found["half"])),
        in_words(timedelta(seconds=found["most"])),
        link(list_url("orders_order", slow=name), slowest) if slowest else "–",
    )


def _place(seconds: float) -> float:
    """Return where a duration is on the scale, 0 to 1."""
    return min(math.log(max(seconds, 1), FACTOR) / QUARTERS, 1.0)


def _to_erp() -> Iterable[Made]:
    return _of_orders("received_at", "erp_ordered_at")


def _acknowledged() -> Iterable[Made]:
    return _of_orders("erp_ordered_at", "acknowledged_at")


def _of_orders(begin: str, end: str) -> Iterable[Made]:
    """The latest of the last week that have both moments: a long backlog has not."""
    recent = Order.objects.filter(received_at__gte=timezone.now() - RECENT).order_by("-received_at")
    return recent.filter(**{f"{begin}__isnull": False, f"{end}__isnull": False}).values_list("pk", begin, end)[:LATEST]


def _delivered() -> Iterable[Made]:
    """From the acknowledgement until the hub has seen the first delivery note that completes the order."""
    notes = DeliveryNote.objects.all()
    return _firsts(notes.annotate(begin=F("order__acknowledged_at")), notes.filter(completes=True))


def _invoiced() -> Iterable[Made]:
    """From that until the hub has seen the first invoice that came after it."""
    note = DeliveryNote.objects.filter(order=OuterRef("order"), completes=True).order_by("pk").values("created_at")[:1]
    invoices = Invoice.objects.filter(kind=Invoice.Kind.INVOICE)
    return _firsts(invoices.annotate(begin=Subquery(note)), invoices.filter(created_at__gte=OuterRef("begin")))


def _firsts(documents: QuerySet[Any], meant: QuerySet[Any]) -> Iterable[Made]:
    """Of the latest documents those that are, of all that are ``meant``, the first of their order."""
    first = Subquery(meant.filter(order=OuterRef("order")).order_by("pk").values("pk")[:1])
    columns = ("pk", "first", "order_id", "begin", "created_at")
    found = documents.annotate(first=first).order_by("-pk").values_list(*columns)[:LATEST]
    return ((order, begin, end) for pk, first, order, begin, end in found if pk == first and begin)


STEPS = {
    "erp": Step(title=gettext_lazy("Received → in the ERP"), made=_to_erp),
    "acknowledged": Step(title=gettext_lazy("In the ERP → acknowledged in Norce"), made=_acknowledged),
    "delivered": Step(title=gettext_lazy("Acknowledged → delivered"), made=_delivered),
    "invoiced": Step(title=gettext_lazy("Delivered → invoiced"), made=_invoiced),
}
PART = Part(name="lead_times", title=gettext_lazy("Lead times"), count=count, show=show)
