"""What the admin's front page says about orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub import first_steps, summary
from hub.admin.badges import badge
from hub.admin.links import link, list_url, subject_url
from hub.causes import Cause, Causes, count_by_cause, needs_of
from hub.models import OutboxMessage
from hub.models.configuration import ValueKind
from hub.models.work import ErrorKind
from hub.panels import Need, Panel, Part, Table, at_most, bounded
from hub.short_cache import kept
from hub.work_panel import brief
from orders import fetching
from orders.models import Order
from orders.reconciliation import still_missing
from orders.standing import standing, states_of
from orders.troubles import late, order_ids, stopped

LATEST = 8
LIST = "orders_order"
UNMAPPED = "value_unmapped"
KEPT_SECONDS = 15
# So many missing value mappings are named; the orders that lack them are all listed.
NAMED = 3


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return how many orders need a person by state and cause, and how many are late, missing or gone."""
    return {
        "in_trouble": len(order_ids(*stopped())),
        "causes": {cause.key: _stopped(cause) for cause in sorted(_causes())},
        "unmapped": _unmapped(),
        "late": len(order_ids(*late())),
        "lost": still_missing(),
        "fetches": count_by_cause(OutboxMessage.objects.filter(kind=fetching.KIND)),
        "gone": bounded(Order.objects.filter(gone_at__isnull=False).order_by()),
    }


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return the orders that need a person by cause, those that are late, and the latest ones."""
    if not request.user.has_perm("orders.view_order"):
        return Panel()
    latest = list(Order.objects.defer("body").order_by("-received_at")[:LATEST])
    needs = _by_cause(figures.get("causes", {}), figures.get("unmapped", [])) + _others(figures)
    if request.user.has_perm("hub.view_outboxmessage"):
        about = {"kind__exact": fetching.KIND}
        needs += needs_of(_("Lost orders to fetch"), OutboxMessage, figures.get("fetches", {}), **about)
    return Panel(
        steps=() if latest else first_steps.steps(),
        needs=tuple(needs),
        tables=(_latest(latest),),
    )


def in_trouble() -> str:
    """Return how many orders are held or failed, "" for none, with "?" when it is no longer known. Every menu asks."""
    return kept("in_trouble", (), KEPT_SECONDS, _in_trouble) or ""


def _in_trouble() -> str:
    number = summary.content(PART.name).get("in_trouble", 0)
    return (at_most(number) if number else "") + ("?" if summary.is_old(PART.name) else "")


def _causes() -> set[Cause]:
    columns = ("state", "error_kind", "error_code")
    return {Cause(*found) for rows in stopped() for found in rows.order_by().values_list(*columns).distinct()}


def _stopped(cause: Cause) -> int:
    return len(order_ids(*stopped(cause.state, error_kind=cause.kind, error_code=cause.code)))


def _unmapped() -> list[tuple[str, str]]:
    """Return the kinds and values of the mappings that orders lack, and one more than are named if there are more."""
    lacking = (rows.filter(error_code=UNMAPPED).order_by() for rows in stopped(error_kind=ErrorKind.MAPPING))
    columns = ("error_params__kind", "error_params__value")
    return sorted({pair for rows in lacking for pair in rows.values_list(*columns).distinct()[: NAMED + 1]})


def _by_cause(causes: Causes, unmapped: Sequence[Sequence[str]]) -> list[Need]:
    names = [f"{ValueKind(kind).label} {value}" for kind, value in unmapped]
    lacking = ", ".join(names[:NAMED]) + (" …" if names[NAMED:] else "")
    return [
        Need(
            title=_("Orders – %(cause)s") % {"cause": cause.title},
            text=lacking if cause.code == UNMAPPED else cause.text,
            count=count,
            url=list_url(LIST, state=cause.state, cause=f"{cause.kind}:{cause.code}"),
            tone=cause.tone,
        )
        for cause, count in sorted((Cause.of(key), count) for key, count in causes.items())
    ]


def _others(figures: dict[str, Any]) -> list[Need]:
    named = {
        "late": (_("Orders over 15 minutes without an ERP number"), list_url(LIST, state="late")),
        "lost": (_("Orders that never came from Norce"), list_url("orders_daycount")),
        "gone": (_("Orders no longer in the ERP"), list_url(LIST, state="gone")),
    }
    return [Need(title=title, count=figures.get(name, 0), url=url) for name, (title, url) in named.items()]


def _latest(orders: list[Order]) -> Table:
    states = states_of(orders)
    rows = []
    for order in orders:
        stands = standing(order, states[order.pk])
        rows.append(
            (
                link(subject_url(order.subject), order),
                badge(stands.word, stands.tone),
                order.erp_order_no or "–",
                brief(order.received_at),
            )
        )
    return Table(
        title=_("Last orders"),
        headers=(_("Norce order"), _("State"), _("ERP order"), _("Received")),
        rows=tuple(rows),
        url=list_url(LIST),
        empty=_("No order has come yet. Norce posts them to /norce/orders."),
    )


PART = Part(name="orders", title=gettext_lazy("Orders"), count=count, show=show)
