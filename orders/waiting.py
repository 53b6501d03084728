"""Orders that have stopped for a missing mapping, and what each of them lacks by some mappings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from connectors.errors import HubError
from connectors.norce.types.orders import OrderRequest
from hub.admin.links import subject_url
from hub.impact import AllWaiting, Waiting
from hub.models import Application
from hub.models.work import TROUBLED, ErrorKind
from hub.values import read_table, translator
from orders.contents import read_request
from orders.drafts import draft
from orders.models import Order
from orders.troubles import PREFIX, about_orders

MOST = 500


def waiting() -> AllWaiting:
    """Return the latest orders that have stopped for a mapping and can be read, with what they lack today."""
    items, has_more = stopped()
    table = read_table()
    applications = {row.key: row for row in Application.objects.select_related("erp_connection")}
    orders = orders_of(applications).filter(pk__in=items)
    rows = [_waiting(items[order.pk], order, applications[order.application_key], table) for order in orders]
    return AllWaiting(rows=rows, has_more=has_more)


def stopped() -> tuple[dict[int, int], bool]:
    """Return the latest 500 orders that wait for a mapping on their way to the ERP, each with its work item.

    Then whether there are more.
    """
    rows = about_orders(*TROUBLED).filter(kind="erp.order", error_kind=ErrorKind.MAPPING)
    found = list(rows.values_list("pk", "subject")[: MOST + 1])
    return {int(subject.removeprefix(PREFIX)): item for item, subject in found[:MOST]}, len(found) > MOST


def orders_of(application_keys: Collection[str]) -> Any:
    """Return what is needed of orders of some applications to map them, the latest first."""
    rows = Order.objects.filter(application_key__in=application_keys).order_by("-received_at", "-pk")
    return rows.only("application_key", "client_order_ref", "format", "body")


def request_of(order: Order) -> OrderRequest | None:
    """Return an order's request, None for one that cannot be read."""
    try:
        return read_request(order)
    except (HubError, RecursionError):
        return None


def _waiting(item: int, order: Order, application: Application, table: Any) -> Waiting:
    request = request_of(order)
    made = draft(request, application, translator(application, table)) if request else None
    return Waiting(
        item=item,
        application_key=order.application_key,
        label=str(order),
        url=subject_url(order.subject),
        missing=made.missing if made else (),
        can_go_on=made is not None and made.maps,
    )
