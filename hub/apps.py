"""The hub app: how work is kept, done and seen."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HubConfig(AppConfig):
    """Registers the system checks, the roles, and the hub's own kinds of messages and events."""

    name = "hub"
    verbose_name = _("Hub")

    def ready(self) -> None:
        """Load the system checks; register the errors, the roles, the mail to operators and what tells of news."""
        from connectors import catalogue
        from hub import (
            alerts,
            bulk_actions,
            checks,  # noqa: F401
            erp_events,
            error_catalogue,
            job_events,
            registry,
            roles,
        )

        post_migrate.connect(roles.make_roles, dispatch_uid="hub.roles")
        catalogue.add(error_catalogue.ENTRIES)
        registry.handle_messages(alerts.KIND, alerts.send)
        registry.handle_messages(bulk_actions.KIND, bulk_actions.go_on)
        registry.handle_events(job_events.EVENT_TYPE, job_events.completed_event, identify=job_events.identify)
        registry.handle_events(erp_events.EVENT, erp_events.start_run, identify=erp_events.identify)
