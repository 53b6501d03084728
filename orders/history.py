"""A buyer's orders as the ERP has them, seen through one application and kept for a short time.

Whose orders those are: one that the hub knows is its application's and is seen through no other. One
that the hub does not know, an order by phone, is seen through any application of its ERP, but only
together with the code of the customer or company whose it is. What may not be seen is not there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from connectors.erp.base import Erp, ErpOrderNews, ErpOrderSummary
from connectors.errors import TransientError
from connectors.ratelimit import blocked
from hub import gateways
from hub.calls import REST
from hub.models import Application
from hub.short_cache import kept
from orders.models import Order


@dataclass(frozen=True, kw_only=True)
class Entry(ErpOrderSummary):
    """An order in a list. ``norce_order`` is its ClientOrderRef, "" when it did not come through the hub."""

    norce_order: str


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Some orders, the latest first; ``next`` is the ERP's own word for where the following page begins."""

    orders: tuple[Entry, ...]
    next: str


@dataclass(frozen=True, kw_only=True)
class Detail(ErpOrderNews):
    """An order with all its documents; ``norce_order`` as of `Entry`."""

    norce_order: str


def list_orders(application: Application, code: str, *, after: str = "", limit: int = 20) -> Entries:
    """Return a page of the orders of the customer or company with an ERP code, without those of other applications.

    A page may therefore hold fewer than ``limit`` orders, or none, and be followed by another. Raises what
    `Erp.list_orders` raises, and TransientError at once while the ERP is left alone.
    """
    name = application.erp_connection.name
    page = kept(
        "history:list",
        (name, code, after, limit),
        settings.HISTORY_CACHE_SECONDS,
        lambda: _erp(name).list_orders(code, after=after, limit=limit),
    )
    assert page is not None
    # An adapter that searches loosely must not show one customer another's orders.
    rows = [row for row in page.orders if row.customer_code == code]
    known = _known(application, {row.number for row in rows})
    seen = [row for row in rows if row.number not in known or _is_of(known[row.number], application)]
    return Entries(orders=tuple(_entry(row, known.get(row.number)) for row in seen), next=page.next)


def find_order(application: Application, number: str, *, code: str = "") -> Detail | None:
    """Return the order with an ERP number, None when there is none or it may not be seen.

    With ``code`` it must be that customer's or company's, without it must be known to the hub; the ERP is not
    asked for what may not be seen anyhow. Raises as `list_orders`.
    """
    known = _known(application, {number}).get(number)
    if not (_is_of(known, application) if known else code):
        return None
    name = application.erp_connection.name
    news = kept("history:order", (name, number), settings.HISTORY_CACHE_SECONDS, lambda: _erp(name).order_news(number))
    # An ERP that finds "so1" for "SO1" must not lead around what the hub knows of SO1.
    if news is None or news.number != number:
        return None
    if code and code != (news.customer_code or (known.customer_code if known else "")):
        return None
    return Detail(**vars(news), norce_order=known.client_order_ref if known else "")


def _erp(connection: str) -> Erp:
    """Return the ERP; raise TransientError while it is left alone, by the shop or by everybody."""
    away = {gateways.erp_system(connection), gateways.shop_system(connection)} & set(blocked("erp:"))
    if away:
        raise TransientError("system_resting", system=min(away), retry_after=REST)
    return gateways.erp_for_shop(connection)


def _known(application: Application, numbers: Collection[str]) -> dict[str, Order]:
    """Return by ERP number the orders that the hub knows, the application's own before another's.

    Other ERPs may have the same numbers. An order of an application that the hub has no more is another's.
    """
    elsewhere = Application.objects.exclude(erp_connection=application.erp_connection_id).values("key")
    rows = Order.objects.filter(erp_order_no__in=numbers).exclude(application_key__in=elsewhere)
    found = rows.only("erp_order_no", "application_key", "client_order_ref", "customer_code")
    return {row.erp_order_no: row for row in sorted(found, key=lambda row: _is_of(row, application))}


def _is_of(order: Order, application: Application) -> bool:
    return order.application_key == application.key


def _entry(row: ErpOrderSummary, known: Order | None) -> Entry:
    return Entry(**vars(row), norce_order=known.client_order_ref if known else "")
