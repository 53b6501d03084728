"""What must be set up before the first order can come, as the front page lists it until it has come."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from hub import beats
from hub.models import Application
from hub.panels import Step


def steps() -> tuple[Step, ...]:
    """Return what there is to set up, the first thing first."""
    return (
        Step(
            title=_("Norce's address and account"),
            done=bool(settings.NORCE_BASE_URL and settings.NORCE_CLIENT_ID),
            text=_("NORCE_BASE_URL, NORCE_CLIENT_ID and NORCE_CLIENT_SECRET in the environment."),
        ),
        Step(
            title=_("The ERP's address"),
            done=bool(settings.ERP_URLS),
            text=_("ERP_URL in the environment; check_connections tells whether both answer."),
        ),
        Step(
            title=_("An application and the ERP it goes to"),
            done=Application.objects.exists(),
            text=_("sync_applications fetches the applications from Norce; or add one."),
            url=reverse("admin:hub_application_changelist"),
        ),
        Step(title=_("A worker"), done=beats.last_beat() is not None, text=_("Start one: make worker")),
        Step(
            title=_("The first order"),
            done=False,
            text=_("Norce posts orders to /norce/orders, with one of NORCE_RECEIVER_CREDENTIALS."),
        ),
    )
