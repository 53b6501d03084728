"""What a person lets happen to many pieces of work at once, and what came of each."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.work import State


class BulkAction(models.Model):
    """One deed on many items of one table; the worker does them in portions (`hub.bulk_actions`)."""

    class Deed(models.TextChoices):
        RETRY = "retry", _("Retry")
        CANCEL = "cancel", _("Cancel")

    class Table(models.TextChoices):
        OUTBOXMESSAGE = "outboxmessage", _("work items")
        INBOXEVENT = "inboxevent", _("Norce events")
        SYNCRUN = "syncrun", _("runs")
        NORCEJOB = "norcejob", _("Norce jobs")

    deed = models.CharField(_("what"), max_length=10, choices=Deed)
    item_kind = models.CharField(max_length=30, choices=Table)
    asked_by = models.CharField(_("asked by"), max_length=150)
    reason = models.TextField(_("why"))
    total = models.PositiveIntegerField(_("items"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        indexes = [models.Index(fields=["created_at"], name="bulkaction_created")]

    def __str__(self) -> str:
        return f"{self.get_deed_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the address of the page that shows how far it has come and what came of it."""
        return reverse("admin:hub_bulkaction_change", args=[self.pk])


class BulkItem(models.Model):
    """One item of a bulk action; ``state_then`` is its work state where the deed was refused."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    bulk = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items", db_index=False)
    item_id = models.BigIntegerField()
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING)
    state_then = models.CharField(max_length=12, choices=State, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "item_id"], name="bulkitem_single")]
        indexes = [models.Index(fields=["bulk", "outcome", "item_id"], name="bulkitem_outcome")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.bulk_id}: {self.item_id} {self.outcome}"
