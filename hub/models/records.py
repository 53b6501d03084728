"""What happened: every try, every call out, every message refused, every sign of life."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.work import Failure


class Attempt(Failure):
    """One try of one work item, or one deed of a person on it; written once, finished once, never overwritten."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        RETRY = "retry", _("will be tried again")
        POSTPONED = "postponed", _("postponed, nothing was tried")
        CONTINUED = "continued", _("a part is done, it goes on")
        HELD = "held", _("held for a person")
        FAILED = "failed", _("failed")
        LOST = "lost", _("the worker died")
        CANCELLED = "cancelled", _("cancelled by a person")

    item_kind = models.CharField(max_length=30)
    item_id = models.BigIntegerField()
    number = models.PositiveIntegerField(_("number"))
    subject = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.RUNNING)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=150, blank=True)
    reason = models.TextField(_("why"), blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [models.UniqueConstraint(fields=["item_kind", "item_id", "number"], name="attempt_number_single")]
        indexes = [
            models.Index(fields=["subject"], name="attempt_subject"),
            models.Index(fields=["started_at"], name="attempt_started"),
        ]

    def __str__(self) -> str:
        return f"{self.item_kind} {self.item_id} #{self.number}"


class ApiCall(models.Model):
    """One call out, with addresses and bodies redacted; pruned earlier than attempts."""

    created_at = models.DateTimeField(_("time"), default=timezone.now)
    system = models.CharField(_("system"), max_length=40)
    operation = models.CharField(_("operation"), max_length=60)
    method = models.CharField(max_length=8)
    url = models.TextField(_("address"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    ms = models.PositiveIntegerField(_("ms"))
    request = models.TextField(_("request"), blank=True)
    response = models.TextField(_("answer"), blank=True)
    error = models.TextField(_("error"), blank=True)
    request_id = models.CharField(_("their request id"), max_length=100, blank=True)
    subject = models.CharField(_("about"), max_length=100, blank=True)
    item_kind = models.CharField(max_length=30, blank=True)
    item_id = models.BigIntegerField(null=True)
    attempt = models.PositiveIntegerField(_("attempt"), null=True)

    class Meta:
        verbose_name = _("call out")
        verbose_name_plural = _("calls out")
        indexes = [
            models.Index(fields=["subject"], name="apicall_subject"),
            models.Index(fields=["created_at"], name="apicall_created"),
            models.Index(fields=["request_id"], name="apicall_request", condition=~Q(request_id="")),
            models.Index(fields=["id"], name="apicall_bad", condition=~Q(error="")),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.operation}"


class RejectedMessage(models.Model):
    """What was received and could not be identified, or repeated with other content: body, reason, from where."""

    received_at = models.DateTimeField(_("received"), default=timezone.now)
    endpoint = models.CharField(_("endpoint"), max_length=100)
    sender = models.CharField(_("sender"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=60, blank=True)
    content_type = models.CharField(_("content type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    body = models.BinaryField(blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("rejected message")
        verbose_name_plural = _("rejected messages")
        indexes = [models.Index(fields=["received_at"], name="rejected_received")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.received_at:%Y-%m-%d %H:%M:%S}"


class ClusterBeat(models.Model):
    """The last sign of life of each worker cluster; a supervisor restarts one that falls silent.

    ``stopping`` asks the cluster's workers to begin nothing new: a deployment loses no work in hand.
    """

    name = models.CharField(max_length=100, unique=True)
    beat_at = models.DateTimeField(default=timezone.now)
    stopping = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
