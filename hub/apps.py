"""The hub app: how work is kept, done and seen."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubConfig(AppConfig):
    """Registers the system checks."""

    name = "hub"
    verbose_name = _("Hub")

    def ready(self) -> None:
        """Load the system checks."""
        from hub import checks  # noqa: F401
