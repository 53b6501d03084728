"""The hub app: how work is kept, done and seen."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubConfig(AppConfig):
    """Registers the system checks and the hub's own kinds of messages and events."""

    name = "hub"
    verbose_name = _("Hub")

    def ready(self) -> None:
        """Load the system checks; register the mail to operators and Norce's news of jobs."""
        from hub import (
            alerts,
            checks,  # noqa: F401
            job_events,
            registry,
        )

        registry.handle_messages(alerts.KIND, alerts.send)
        registry.handle_events(job_events.EVENT_TYPE, job_events.completed_event, identify=job_events.identify)
