"""Which of the hub's orders are those that Norce Query shows: found for a whole page in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from connectors.norce.types.query import OrderRow
from hub.models import Application
from orders.identifying import normal_source
from orders.models import Order
from orders.norce_rows import is_external, reference


def known(application: Application, rows: Sequence[OrderRow]) -> dict[int, Order]:
    """Return the hub's orders, without their bodies, by the place of the row that each is.

    Norce's own are known by the basket's id. An external order is known by its number, or once the ERP has
    confirmed it by the ERP's, which then takes that place in Norce. Where Query tells no source, none is compared.
    """
    references = {number for row in rows for number in _references(row)}
    confirmed = {row.order_no for row in rows if is_external(row) and row.order_no}
    wanted = Q(client_order_ref__in=references)
    if confirmed:
        wanted |= Q(erp_order_no__in=confirmed)
    found = list(Order.objects.defer("body").filter(wanted, application_key=application.key))
    matches = ((place, order) for place, row in enumerate(rows) for order in found if _is_same(row, order))
    return dict(matches)


def _references(row: OrderRow) -> set[str]:
    basket = set() if row.quotation_id is None else {str(row.quotation_id)}
    return {reference(row), *basket} - {""}


def _is_same(row: OrderRow, order: Order) -> bool:
    if is_external(row) and order.erp_order_no and order.erp_order_no == row.order_no:
        return True
    same_source = not row.source or normal_source(row.source) == order.source
    return same_source and order.client_order_ref in _references(row)
