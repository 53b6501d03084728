"""The orders app: from checkout to capture."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Registers what the hub does with an order's messages and events."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register the errors, what is done with orders' messages and events, and what the hub asks of orders."""
        from orders import registration

        registration.register(self.name)
