"""Runs over a resource, their rows, and the jobs that Norce makes of them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.catalogue import Params
from connectors.catalogue.sentences import told
from hub.models.work import State, WorkItem, entry_of, work_indexes

ACTIVE = (State.PENDING, State.RUNNING, State.SUBMITTED, State.HELD)


# The columns of a row of which nothing is said any more.
UNSAID: dict[str, Any] = {"message": "", "error_code": "", "error_params": None}


class SyncRun(WorkItem):
    """One pass over a resource; at most one is active per resource and application ("" = all).

    A run reads everything (``cursor`` is where the next page begins), then checks the whole plan, and
    only then sends; ``phase`` says how far it has come, so that a killed one goes on from there. A
    preview (``dry_run``) ends before it sends, and keeps no real run out. ``since`` is the lower bound
    a delta asks the ERP for. ``field_sets`` are the combinations of import method and header fields
    that its rows name by their place. ``reads`` counts the records by ERP connection, for the brake of the next
    run. ``plan`` is the digest of what would be sent; ``approved_plan`` the one a person has approved.
    ``posting_batch`` is under way to Norce since ``posting_since`` until its job is known.
    """

    class Mode(models.TextChoices):
        DELTA = "delta", _("Delta")
        FULL = "full", _("Full")

    class Phase(models.TextChoices):
        READING = "reading", _("Reading the ERP")
        CHECKING = "checking", _("Checking the plan")
        SENDING = "sending", _("Sending to Norce")
        SENT = "sent", _("Sent")

    resource = models.CharField(_("resource"), max_length=40)
    application_key = models.CharField(_("application key"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=5, choices=Mode, default=Mode.DELTA)
    dry_run = models.BooleanField(_("preview"), default=False)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase, default=Phase.READING)
    since = models.DateTimeField(_("changes since"), null=True, blank=True)
    cursor = models.JSONField(default=dict, blank=True)
    reads = models.JSONField(default=dict, blank=True)
    expected = models.PositiveIntegerField(_("expected"), null=True, blank=True)
    field_sets = models.JSONField(default=list, blank=True)
    plan = models.CharField(max_length=64, blank=True)
    planned_at = models.DateTimeField(_("planned"), null=True, blank=True)
    approved_plan = models.CharField(max_length=64, blank=True)
    posting_batch = models.PositiveIntegerField(null=True, blank=True)
    posting_since = models.DateTimeField(null=True, blank=True)
    count_read = models.PositiveIntegerField(_("read"), default=0)
    count_new = models.PositiveIntegerField(_("new"), default=0)
    count_changed = models.PositiveIntegerField(_("changed"), default=0)
    count_unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    count_deactivated = models.PositiveIntegerField(_("to be deactivated"), default=0)
    count_refused = models.PositiveIntegerField(_("refused"), default=0)
    count_sent = models.PositiveIntegerField(_("sent"), default=0)
    count_accepted = models.PositiveIntegerField(_("accepted"), default=0)
    count_skipped = models.PositiveIntegerField(_("skipped"), default=0)
    count_failed = models.PositiveIntegerField(_("failed"), default=0)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "application_key", "dry_run"],
                condition=Q(state__in=ACTIVE),
                name="run_one_active_per_resource",
            )
        ]
        indexes = [*work_indexes("syncrun"), models.Index(fields=["resource", "application_key"], name="run_resource")]

    def __str__(self) -> str:
        return f"{self.resource} {self.pk}"


class NorceJob(WorkItem):
    """A job Norce made of one import call; polled until it has ended, then its rows are settled.

    ``norce_status`` is Norce's own word. ``restart_wanted`` asks Norce to run its payload again;
    ``restarted_from`` is the job's earlier id, where a restart gave it a new one.
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
    restart_wanted = models.BooleanField(default=False)
    restarted_from = models.BigIntegerField(_("restart of job"), null=True, blank=True)
    log = models.JSONField(_("log"), default=list, blank=True)

    class Meta:
        verbose_name = _("Norce job")
        verbose_name_plural = _("Norce jobs")
        constraints = [models.UniqueConstraint(fields=["run", "batch"], name="job_single_per_batch")]
        indexes = work_indexes("norcejob")

    def __str__(self) -> str:
        return f"{self.method} {self.job_id}"


class SyncRow(models.Model):
    """One record in a run: what it means for Norce (``change``) and how far it has come (``action``).

    ``payload`` is the record as it is sent (without the Norce id, which ``norce_id`` adds), ``field_set``
    the place of its members in the run's ``field_sets``, ``digest`` tells it from what was accepted
    before, ``changes`` are the members that differ from that, old and new. ``identifier`` is the
    e-mail address or organisation number. Rows hold personal data and are pruned (`hub.prune`).
    """

    class Change(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        DEACTIVATED = "deactivated", _("would be deactivated")
        REFUSED = "refused", _("refused")

    class Action(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(
        SyncRun, on_delete=models.CASCADE, related_name="rows", verbose_name=_("run"), db_index=False
    )
    erp_connection = models.CharField(_("ERP connection"), max_length=40, blank=True)
    erp_code = models.CharField(_("ERP code"), max_length=100)
    subject = models.CharField(_("about"), max_length=150)
    identifier = models.CharField(_("e-mail or organisation number"), max_length=255, blank=True)
    norce_id = models.PositiveIntegerField(_("Norce id"), null=True, blank=True)
    change = models.CharField(_("change"), max_length=12, choices=Change, default=Change.CHANGED)
    batch = models.PositiveIntegerField(_("batch"), null=True)
    action = models.CharField(_("action"), max_length=10, choices=Action, default=Action.PLANNED)
    is_active = models.BooleanField(_("active"), default=True)
    payload = models.TextField(_("record"), blank=True)
    field_set = models.PositiveSmallIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=32, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True)
    error_code = models.CharField(_("error code"), max_length=40, blank=True)
    error_params = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("run row")
        verbose_name_plural = _("run rows")
        constraints = [models.UniqueConstraint(fields=["run", "subject"], name="row_single_per_run")]
        indexes = [
            models.Index(fields=["subject"], name="row_subject"),
            models.Index(fields=["run", "batch"], name="row_batch"),
            models.Index(fields=["run", "change", "id"], name="row_change"),
            models.Index(fields=["run", "identifier"], name="row_identifier", condition=Q(change="new")),
        ]

    def __str__(self) -> str:
        return self.erp_code

    @property
    def reason(self) -> str:
        """The message in the reader's language, as far as the catalogue or the hub's texts know it."""
        return row_reason(self.message, self.error_code, self.error_params)


def row_reason(message: str, code: str, params: Params | None) -> str:
    """Return a row's message in the reader's language: its error's, else one of the texts that the hub keeps."""
    if entry := entry_of(code, params or {}):
        return f"{entry.cause_of(params or {})} {entry.remedy_of(params or {})}".strip()
    return told(message)
