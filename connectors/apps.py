"""The connectors app: talking to the outside."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectorsConfig(AppConfig):
    """Holds the shared quota and token rows; imports nothing of ours."""

    name = "connectors"
    verbose_name = _("Connectors")

    def ready(self) -> None:
        """Make the errors of the connectors known."""
        from connectors import catalogue
        from connectors.catalogue import business_central, calls, erp, norce, tryton

        for room in (calls, norce, erp, tryton, business_central):
            catalogue.add(room.ENTRIES)
