"""Name orders by the numbers that people search by, many at once."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hub.models import Application
from orders.models import Order


def describe(subjects: Collection[str]) -> dict[str, str]:
    """Return "Norce order 5100231, ERP order SO100001" for each ``order:17`` that there is."""
    return {order.subject: _words(order.client_order_ref, order.erp_order_no) for order in _orders(subjects)}


def name(subjects: Collection[str]) -> dict[str, str]:
    """Return Norce's number for each ``order:17`` that there is."""
    return {order.subject: order.client_order_ref for order in _orders(subjects)}


def find(number: str) -> list[str]:
    """Return the subjects of the orders that Norce knows by a number."""
    orders = Order.objects.filter(client_order_ref=number).only("pk") if number else ()
    return [order.subject for order in orders]


def _orders(subjects: Collection[str]) -> QuerySet[Order]:
    keys = [int(key) for _, _, key in (subject.partition(":") for subject in subjects) if key.isdecimal()]
    return Order.objects.filter(pk__in=keys).only("client_order_ref", "erp_order_no")


def describe_references(subjects: Collection[str]) -> dict[str, str]:
    """Return the same for each ``norce_order:1901:5100231``, whether the order has come here or not."""
    parts = {subject: subject.split(":", 2) for subject in subjects if subject.count(":") >= 2}
    references = [reference for _, _, reference in parts.values()]
    numbers = dict(Application.objects.values_list("key", "number"))
    orders = Order.objects.filter(client_order_ref__in=references).only(
        "application_key", "client_order_ref", "erp_order_no"
    )
    found = {
        (str(numbers.get(order.application_key)), order.client_order_ref): order.erp_order_no
        for order in orders.order_by("pk")
    }
    return {
        subject: _words(reference, found.get((number, reference), ""))
        for subject, (_, number, reference) in parts.items()
    }


def _words(reference: str, erp_order_no: str) -> str:
    words = _("Norce order %(number)s, ERP order %(erp)s") if erp_order_no else _("Norce order %(number)s")
    return words % {"number": reference, "erp": erp_order_no}
