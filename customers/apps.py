"""The customers app: people and companies."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Registers with the hub the resources of people and companies, what they change, and how a person is erased."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Register the errors, the resources, the events and messages, and what the hub asks of customers."""
        from connectors import catalogue
        from customers import change_poll, changes, code_reports, describing, erasing, error_catalogue, imports
        from customers.impact import customer_impact
        from hub import impact, registry

        catalogue.add(error_catalogue.ENTRIES)
        for resource in (code_reports.resource(), *imports.resources(), change_poll.resource()):
            registry.add_resource(resource)
        changes.register()
        registry.add_eraser(self.name, erasing.eraser())
        impact.add(customer_impact)
        for kind in describing.TABLES:
            registry.add_describer(kind, describing.by_code(kind))
            registry.add_describer(f"norce_{kind}", describing.by_norce_id(kind))
