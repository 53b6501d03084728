"""What Norce told us: events, kept until their handlers have done them, and how often each kind comes."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.work import State, WorkItem, rare_index, work_indexes


class InboxEvent(WorkItem):
    """One event of Norce's; the address it came to is its type, because the body does not name it.

    ``subject`` is whom it is about ("norce_job:330915"). ``key`` makes an event single that must be
    done once, whenever it comes again; it is blank where equal events are news each time (a customer
    changed again): those are folded into one as long as it waits. ``note`` says what came of it. The
    body is a hint: what counts is asked of Norce.
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
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="inbox_single_key"),
            models.UniqueConstraint(
                fields=["subject", "event_type"],
                condition=Q(state=State.PENDING, key=""),
                name="inbox_one_waiting_per_subject",
            ),
        ]
        indexes = [
            *work_indexes("inbox"),
            rare_index("inbox"),
            models.Index(fields=["subject"], name="inbox_subject"),
            models.Index(fields=["received_at"], name="inbox_received"),
            models.Index(fields=["finished_at"], name="inbox_finished", condition=Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.subject}"


class EventSource(models.Model):
    """One type of event of one application (0 where events name none): when it comes, and how long it is silent.

    The longest silence is kept for the week that ``week`` (a Monday) begins and for the last one before it in
    which a silence ended. ``silent_since`` is from when the present one is counted: the last event, or when
    the hub came back after it had been away itself (`hub.quiet`). ``watched_at`` is when the hub looked last.
    """

    event_type = models.CharField(_("event"), max_length=60)
    application_number = models.PositiveIntegerField(_("application"), default=0)
    first_at = models.DateTimeField(_("first event"))
    last_at = models.DateTimeField(_("last event"))
    events = models.PositiveIntegerField(_("events"), default=0)
    week = models.DateField()
    longest_this_week = models.DurationField(default=timedelta)
    longest_last_week = models.DurationField(default=timedelta)
    silent_since = models.DateTimeField()
    watched_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(_("quiet, noticed"), null=True, blank=True)

    class Meta:
        verbose_name = _("event source")
        verbose_name_plural = _("event sources")
        constraints = [models.UniqueConstraint(fields=["event_type", "application_number"], name="event_source_single")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.application_number}"

    @property
    def usual(self) -> timedelta:
        """The longest silence of the last one to two weeks."""
        return max(self.longest_this_week, self.longest_last_week)
