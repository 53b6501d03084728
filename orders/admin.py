"""Orders in the admin: the list by state, and the page that says why and what to press."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import display, register
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connectors.moments import clock
from customers.identity import normal_email
from hub import panels
from hub.admin.badges import badge
from hub.admin.configuration import ApplicationFilter
from hub.admin.reveals import RevealingAdmin
from hub.admin.theme import ChangeList
from hub.models import Application
from hub.revealing import Shown
from orders import (
    dashboard,
    hours,
    lead_times,
    reconciliation_admin,  # noqa: F401
)
from orders.admin_actions import OrderActions
from orders.admin_filters import NeedsPersonFilter, ReceivedFilter, SlowFilter, StateFilter
from orders.masking import mask_name
from orders.models import Order
from orders.notice_admin import NoticeTemplateAdmin as NoticeTemplateAdmin
from orders.order_page import page
from orders.order_timeline import moment_of
from orders.parties import has_personal_data, personal_data
from orders.standing import standing, states_of

panels.add(dashboard.PART, hours.PART, lead_times.PART)


class OrderList(ChangeList):
    """A page of orders; the states of its rows and their applications' names come from one query each."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page and what its rows show besides their own columns."""
        super().get_results(request)
        orders: list[Any] = list(self.result_list)
        states = states_of(orders)
        names = dict(Application.objects.values_list("key", "name"))
        for order in orders:
            order.standing = standing(order, states[order.pk])
            order.application_name = names.get(order.application_key, order.application_key)
        self.result_list = orders


@register(Order)
class OrderAdmin(RevealingAdmin, OrderActions):
    """Orders as they came, and how far they have got."""

    list_display = (
        "client_order_ref",
        "state",
        "erp_order_no",
        "application",
        "buyer",
        "amount",
        "received",
    )
    list_filter = (NeedsPersonFilter, StateFilter, "status", ApplicationFilter, ReceivedFilter, SlowFilter)
    search_fields = ("client_order_ref__exact", "erp_order_no__exact", "buyer_email__exact")
    search_help_text = _("Exact: Norce number, ERP number or e-mail")
    ordering = ("-received_at", "-pk")
    fields = ("client_order_ref",)
    change_form_template = "admin/orders/order/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Leave the bodies of a list in the database."""
        orders: QuerySet[Order] = super().get_queryset(request)
        one = request.resolver_match and "object_id" in request.resolver_match.kwargs
        return orders if one else orders.defer("body")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Order | None:
        """Return the order, read once with its body for all that one request asks of it."""
        known: dict[str, Order | None] = vars(request).setdefault("orders", {})
        if object_id not in known:
            known[object_id] = super().get_object(request, object_id, from_field)
        return known[object_id]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that reads its rows' states at once."""
        return OrderList

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Order], search_term: str) -> Any:
        """Find by exact Norce number, ERP number or e-mail address; a "#" and blanks around it do not matter."""
        term = search_term.strip().lstrip("#").strip()
        if not term:
            return queryset, False
        found = Q(client_order_ref=term) | Q(erp_order_no=term) | Q(buyer_email=normal_email(term))
        return queryset.filter(found), False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what the order's page shows."""
        order = kwargs.get("obj")
        if order is not None:
            before = moment_of(request.GET.get("before", ""))
            context |= page(order, before=before)
        return super().render_change_form(request, context, *args, **kwargs)

    def has_personal_data(self, obj: Order) -> bool:
        """Return whether nobody was taken out of the order, and its contents are kept."""
        return has_personal_data(obj)

    def personal_data(self, obj: Order) -> Sequence[Shown]:
        """Return the people on the order and the message as it came."""
        return personal_data(obj)

    @display(description=_("buyer"), ordering="buyer_name")
    def buyer(self, order: Order) -> str:
        """Return the buyer's name; a mail address in place of one is masked."""
        return mask_name(order.buyer_name)

    @display(description=_("state"))
    def state(self, order: Any) -> SafeString:
        """Return the one word for where the order stands, as a badge."""
        return badge(order.standing.word, order.standing.tone)

    @display(description=_("application"), ordering="application_key")
    def application(self, order: Any) -> str:
        """Return the application's name."""
        return str(order.application_name)

    @display(description=_("total"), ordering="total")
    def amount(self, order: Order) -> str:
        """Return the total with its currency."""
        return f"{number_format(order.total, 2)}\N{NO-BREAK SPACE}{order.currency}" if order.total is not None else ""

    @display(description=_("received"), ordering="received_at")
    def received(self, order: Order) -> str:
        """Return when the order came."""
        return clock(order.received_at)
