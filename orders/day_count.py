"""The model of a day's figures, written by `orders.reconcile` and read by the page Reconciliation."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DayCount(models.Model):
    """How many orders of one day and application Norce, the hub and the ERP have, and what they come to.

    The figures are `orders.figures.Figure` as JSON. ``norce`` are the orders made there that day, ``hub`` those of
    them that are here. ``sent`` are the orders that the hub brought to the ERP that day, ``erp`` those that the ERP
    says it made then, None when it could not be asked (``erp_error``). ``missing`` are the first of Norce's orders
    that are not here: id, reference, source, number, moment, amount and currency of each.
    """

    day = models.DateField(_("day"))
    application_key = models.CharField(_("application key"), max_length=64)
    norce = models.JSONField(default=dict)
    hub = models.JSONField(default=dict)
    sent = models.JSONField(default=dict)
    erp = models.JSONField(null=True, blank=True)
    erp_error = models.TextField(blank=True)
    missing = models.JSONField(default=list, blank=True)
    counted_until = models.DateTimeField(_("counted until"))
    counted_at = models.DateTimeField(_("counted"), default=timezone.now)

    class Meta:
        verbose_name = _("day's figures")
        verbose_name_plural = _("reconciliation")
        constraints = [models.UniqueConstraint(fields=["day", "application_key"], name="daycount_single")]

    def __str__(self) -> str:
        return f"{self.day} {self.application_key}"
