"""The addresses Norce sends orders to; with or without a slash, and as the .NET contract names it."""

from __future__ import annotations

from django.urls import re_path

from orders.api import create_order

urlpatterns = [re_path(r"^norce/orders(?:/CreateOrder)?/?$", create_order, name="create_order")]
