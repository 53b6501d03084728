"""What Norce told us: events, kept as they came until their handlers have done them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.work import WorkItem, work_indexes


class InboxEvent(WorkItem):
    """One event of Norce's; the address it came to is its type, because the body does not name it.

    ``subject`` is whom it is about ("norce_job:330915"). ``key`` makes an event single that must be
    done once, whenever it comes again; it is blank where equal events are news each time (a customer
    changed again). ``note`` says what came of it. The body is a hint: what counts is asked of Norce.
    """

    event_type = models.CharField(_("event"), max_length=60)
    subject = models.CharField(_("about"), max_length=100)
    key = models.CharField(_("key"), max_length=200, blank=True)
    application_number = models.PositiveIntegerField(_("application"), null=True, blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    note = models.TextField(_("what came of it"), blank=True)

    class Meta:
        verbose_name = _("Norce event")
        verbose_name_plural = _("Norce events")
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="inbox_single_key")]
        indexes = [
            *work_indexes("inbox"),
            models.Index(fields=["subject"], name="inbox_subject"),
            models.Index(fields=["finished_at"], name="inbox_finished", condition=Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.subject}"
