"""The customers app: people and companies."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Registers the resources of people and companies with the hub."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Register the resources."""
        from customers import code_reports
        from hub import registry

        registry.add_resource(
            registry.Resource(
                name=code_reports.NAME,
                run=code_reports.run,
                settle=code_reports.settle,
                wanted=code_reports.wanted,
            )
        )
