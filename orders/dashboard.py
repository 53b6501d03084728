"""What the admin's front page says about orders."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hub.admin.badges import badge
from hub.admin.links import link, list_url, subject_url
from hub.dashboard import cause_title, trouble_by_cause
from hub.durations import clock
from hub.models import OutboxMessage
from hub.models.work import State
from hub.panels import Need, Panel, Table
from orders.models import Order
from orders.standing import standing, states_of
from orders.troubles import PREFIX, late, order_ids

LATEST = 8
LIST = "orders_order"


def orders_panel(request: HttpRequest) -> Panel:
    """Return the orders that need a person by cause, those that are late, and the latest ones."""
    if not request.user.has_perm("orders.view_order"):
        return Panel()
    return Panel(needs=(*_by_cause(), _late()), tables=(_latest(),))


def _by_cause() -> list[Need]:
    return [
        Need(
            title=_("Orders – %(cause)s") % {"cause": cause_title(state, kind)},
            count=count,
            url=list_url(LIST, state=state, cause=kind) if kind else list_url(LIST, state=state),
            tone="wait" if state == State.HELD else "bad",
        )
        for (state, kind), count in sorted(trouble_by_cause(OutboxMessage, subject__startswith=PREFIX).items())
    ]


def _late() -> Need:
    title = _("Orders over 15 minutes without an ERP number")
    return Need(title=title, count=len(order_ids(*late())), url=list_url(LIST, state="late"))


def _latest() -> Table:
    orders = list(Order.objects.defer("body").order_by("-received_at")[:LATEST])
    states = states_of(orders)
    rows = []
    for order in orders:
        stands = standing(order, states[order.pk])
        rows.append(
            (
                link(subject_url(order.subject), order),
                badge(stands.word, stands.tone),
                order.erp_order_no or "–",
                clock(order.received_at),
            )
        )
    return Table(
        title=_("Last orders"),
        headers=(_("Norce order"), _("State"), _("ERP order"), _("Received")),
        rows=tuple(rows),
        url=list_url(LIST),
        empty=_("No order has come yet. Norce posts them to /norce/orders."),
    )
