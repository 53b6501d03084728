"""The customers app: people and companies."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Registers with the hub the resources of people and companies, and how a person is erased."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Register the resources and the eraser."""
        from customers import code_reports, erasing, imports
        from hub import registry

        for resource in (code_reports.resource(), *imports.resources()):
            registry.add_resource(resource)
        registry.add_eraser(self.name, erasing.eraser())
