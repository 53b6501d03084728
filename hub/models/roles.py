"""What people may do, and the roles that the hub's groups have."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.Model):  # noqa: DJ008
    """No table: what people may do that is not the editing of one table's rows (``hub.retry`` …)."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("retry", _("Can retry, release and cancel work")),
            ("replay", _("Can send an order again as it was")),
            ("approve_run", _("Can start and approve runs")),
            ("edit_mapping", _("Can edit and import value mappings")),
            ("reveal_personal_data", _("Can reveal personal data")),
        ]


class Role(models.Model):
    """A role, the group that has it, and which permissions the group was ``granted`` by the hub.

    A permission is granted once: what a business adds to the group or takes away from it stays so,
    under whatever name it gives the group. A group that it deletes is not made again.
    """

    class Name(models.TextChoices):
        VIEWER = "viewer", _("Viewer")
        ORDER_DESK = "order_desk", _("Order desk")
        INTEGRATION_LEAD = "integration_lead", _("Integration lead")
        ADMINISTRATOR = "administrator", _("Administrator")

    name = models.CharField(max_length=20, choices=Name, unique=True)
    group = models.OneToOneField(Group, on_delete=models.SET_NULL, null=True)
    granted = models.JSONField(default=list)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.get_name_display())
