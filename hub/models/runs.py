"""Runs over a resource, their rows, and the jobs that Norce makes of them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hub.models.work import State, WorkItem, work_indexes

ACTIVE = (State.PENDING, State.RUNNING, State.SUBMITTED, State.HELD)


class SyncRun(WorkItem):
    """One pass over a resource; at most one is active per resource and application ("" = all)."""

    class Mode(models.TextChoices):
        DELTA = "delta", _("Delta")
        FULL = "full", _("Full")

    resource = models.CharField(_("resource"), max_length=40)
    application_key = models.CharField(_("application key"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=5, choices=Mode, default=Mode.DELTA)
    count_read = models.PositiveIntegerField(_("read"), default=0)
    count_changed = models.PositiveIntegerField(_("sent"), default=0)
    count_skipped = models.PositiveIntegerField(_("skipped"), default=0)
    count_failed = models.PositiveIntegerField(_("failed"), default=0)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "application_key"],
                condition=Q(state__in=ACTIVE),
                name="run_one_active_per_resource",
            )
        ]
        indexes = work_indexes("syncrun")

    def __str__(self) -> str:
        return f"{self.resource} {self.pk}"


class NorceJob(WorkItem):
    """A job Norce made of one import call; polled until it has ended, then its rows are settled.

    ``norce_status`` is Norce's own word; ``restarted_from`` the job whose payload it runs again.
    """

    class Status(models.IntegerChoices):
        INITIALIZED = 1, _("initialized")
        SUCCEEDED = 2, _("succeeded")
        FAILED = 3, _("failed")
        VALIDATION_FAILED = 4, _("validation failed")
        VALIDATING = 5, _("validating")
        QUEUED = 6, _("queued")

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("run"))
    batch = models.PositiveIntegerField(_("batch"))
    job_id = models.BigIntegerField(_("Norce job id"), unique=True)
    method = models.CharField(_("method"), max_length=40)
    norce_status = models.PositiveSmallIntegerField(_("status in Norce"), choices=Status, default=Status.QUEUED)
    total = models.PositiveIntegerField(_("records"), default=0)
    failed = models.PositiveIntegerField(_("failed records"), default=0)
    log = models.JSONField(_("log"), default=list, blank=True)

    class Meta:
        verbose_name = _("Norce job")
        verbose_name_plural = _("Norce jobs")
        constraints = [models.UniqueConstraint(fields=["run", "batch"], name="job_single_per_batch")]
        indexes = work_indexes("norcejob")

    def __str__(self) -> str:
        return f"{self.method} {self.job_id}"

    @classmethod
    def claimable(cls) -> models.QuerySet[Self]:
        """Due jobs, but not of a run that is still sending: a job must not end its run before that."""
        return super().claimable().exclude(run__state__in=(State.PENDING, State.RUNNING))


class SyncRow(models.Model):
    """One record in a run: what was done with it, which fields changed from what to what, and why not."""

    class Action(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="rows", verbose_name=_("run"))
    erp_code = models.CharField(_("ERP code"), max_length=100)
    subject = models.CharField(_("about"), max_length=100)
    batch = models.PositiveIntegerField(_("batch"), null=True)
    action = models.CharField(_("action"), max_length=10, choices=Action, default=Action.PLANNED)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("run row")
        verbose_name_plural = _("run rows")
        constraints = [models.UniqueConstraint(fields=["run", "subject"], name="row_single_per_run")]
        indexes = [models.Index(fields=["subject"], name="row_subject")]

    def __str__(self) -> str:
        return f"{self.erp_code}: {self.action}"
