"""The addresses Norce sends orders to and the shop reads them at; with or without a slash at the end."""

from __future__ import annotations

from django.urls import re_path

from orders.api import create_order
from orders.history_api import OrdersView, OrderView

urlpatterns = [
    # As the .NET contract names it, too.
    re_path(r"^norce/orders(?:/CreateOrder)?/?$", create_order, name="create_order"),
    re_path(r"^api/orders/?$", OrdersView.as_view(), name="list_orders"),
    # A number may have slashes in it, and everything else below is a number that no order has.
    re_path(r"^api/orders/(?P<number>[\s\S]+?)/?$", OrderView.as_view(), name="get_order"),
]
