"""The orders app: from checkout to capture."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Registers what the hub does with an order's messages."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register the message handlers, and how orders are erased and pruned."""
        from hub import registry
        from orders import erasing, reporting, sending

        registry.handle_messages("erp.order", sending.send_order)
        registry.handle_messages("norce.order_status", reporting.send_acknowledgement)
        registry.add_eraser(self.name, erasing.eraser())
        registry.add_pruner(self.name, erasing.prune)
