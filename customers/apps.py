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
        from customers import code_reports, imports
        from hub import registry

        for resource in (code_reports.resource(), *imports.resources()):
            registry.add_resource(resource)
