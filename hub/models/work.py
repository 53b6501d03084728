"""A piece of work and its states: the rows are the truth, the queue only rings."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connectors import catalogue
from connectors.catalogue import Entry, Params
from connectors.catalogue.sentences import told


class State(models.TextChoices):
    """Work state, never mixed with business status. PENDING, RUNNING, HELD and FAILED are unfinished."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    SUBMITTED = "submitted", _("Sent, being processed")
    HELD = "held", _("Held for a person")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    SUPERSEDED = "superseded", _("Superseded")


UNFINISHED = (State.PENDING, State.RUNNING, State.SUBMITTED, State.HELD, State.FAILED)
TROUBLED = (State.HELD, State.FAILED)
# The ``system`` of mail, which needs no order: one that cannot be sent keeps no later one back.
MAIL = "mail"


class ErrorKind(models.TextChoices):
    """Why an item failed or waits, in words for people; the values are `connectors.errors` kinds."""

    TRANSIENT = "transient", _("Temporary fault, tried again by itself")
    EXHAUSTED = "exhausted", _("Gave up after many tries")
    PERMANENT = "permanent", _("Refused by the other side")
    CONFIG = "config", _("Set-up is wrong")
    MAPPING = "mapping", _("A value mapping is missing")
    HOLD = "hold", _("Waits for a decision")
    INTERNAL = "internal", _("Fault in the hub")
    TIMEOUT = "timeout", _("The worker died or hung")


def entry_of(code: str, params: Params) -> Entry | None:
    """Return the catalogue's entry of an error that is kept, unless it lacks what the texts of today name."""
    entry = catalogue.find(code)
    return entry if entry and entry.wanted <= params.keys() else None


class Failure(models.Model):
    """What went wrong with a row: ``error_code`` and ``error_params`` of the catalogue, ``error`` in English."""

    error_kind = models.CharField(_("kind of error"), max_length=12, choices=ErrorKind, blank=True)
    error = models.TextField(_("reason"), blank=True)
    error_code = models.CharField(_("error code"), max_length=40, blank=True)
    error_params = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def entry(self) -> Entry | None:
        """The catalogue's entry, None for a row of before it, or for an error that has no code."""
        return entry_of(self.error_code, self.error_params)

    @property
    def cause(self) -> str:
        """What went wrong, in the reader's language where the catalogue knows it."""
        return self.entry.cause_of(self.error_params) if self.entry else told(self.error)


class WorkItem(Failure):
    """One thing to do. Claimed by a conditional update; only the holder of the lease may settle it.

    ``attempts`` is the allowance used since the last Retry by a person; ``tries`` only grows and
    numbers the Attempt rows; ``losses`` counts workers that died on it in a row. ``told_in`` is the digest
    that told the operators of its present trouble (`hub.digest`); one that starts afresh is news again.
    """

    State = State

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    tries = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    remedy = models.TextField(_("what to do"), blank=True)
    asked_by = models.CharField(max_length=150, blank=True)
    asked_reason = models.TextField(blank=True)
    told_in = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def label(self) -> str:
        """The name under which Attempt and ApiCall rows refer to this table."""
        return self._meta.model_name or ""

    @property
    def what_to_do(self) -> str:
        """What a person is to do, in the reader's language where the catalogue knows it."""
        remedy = self.entry.remedy_of(self.error_params) if self.entry else told(self.remedy)
        is_given_up = not remedy and self.error_kind == ErrorKind.EXHAUSTED
        return gettext("See that the other side answers again, then Retry.") if is_given_up else remedy

    @property
    def is_releasable(self) -> bool:
        """Whether the item is held for a question that a person may wave through."""
        entry = catalogue.find(self.error_code)
        return self.state == State.HELD and entry is not None and entry.releasable

    @classmethod
    def claimable(cls) -> models.QuerySet[Self]:
        """Return the rows that may be claimed now, oldest first."""
        due = cls._default_manager.filter(state=State.PENDING, not_before__lte=timezone.now())
        return due.order_by("pk")


def work_indexes(name: str) -> list[models.Index]:
    """Return the two partial indexes every work table needs: what is due, and what needs a person."""
    return [
        models.Index(fields=["id"], name=f"{name}_due", condition=Q(state=State.PENDING)),
        models.Index(fields=["lease_until"], name=f"{name}_running", condition=Q(state=State.RUNNING)),
        models.Index(fields=["id"], name=f"{name}_trouble", condition=Q(state__in=TROUBLED)),
    ]


def rare_index(name: str) -> models.Index:
    """Return the partial index by which a big table's list finds the states that few rows have.

    Its condition is an OR because SQLite does not see that one state is among several that are listed.
    """
    rare = Q(state=State.SUBMITTED) | Q(state=State.CANCELLED) | Q(state=State.SUPERSEDED)
    return models.Index(fields=["state", "id"], name=f"{name}_rare", condition=rare)


class OutboxMessage(WorkItem):
    """One thing to tell one system, put once by ``key`` and sent in order per subject.

    ``system`` is where it goes ("erp", "norce"); ``subject`` whom it is about ("order:17"). A message
    with a ``fold`` tells a present state: only one of a fold waits at a time, see `hub.outbox.put_present`.
    ``serial`` names what only one worker may touch at a time (the buyer's e-mail: two first orders
    of one person must not create that person twice).
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    system = models.CharField(_("goes to"), max_length=40)
    subject = models.CharField(_("about"), max_length=100)
    serial = models.CharField(max_length=300, blank=True)
    fold = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        constraints = [
            models.UniqueConstraint(
                fields=["serial"],
                condition=Q(state=State.RUNNING) & ~Q(serial=""),
                name="outbox_one_running_per_serial",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(state=State.RUNNING, system="norce"),
                name="outbox_one_running_per_order",
            ),
            models.UniqueConstraint(
                fields=["fold"], condition=Q(state=State.PENDING) & ~Q(fold=""), name="outbox_one_waiting_per_fold"
            ),
        ]
        indexes = [
            *work_indexes("outbox"),
            rare_index("outbox"),
            models.Index(fields=["subject", "system"], name="outbox_subject"),
        ]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def claimable(cls) -> models.QuerySet[Self]:
        """Due messages without an unfinished earlier one about the same subject to the same system; mails always.

        One that a person has taken up again waits for a later one that is being sent.
        """
        ahead = Q(pk__lt=OuterRef("pk")) | Q(state=State.RUNNING)
        same = cls._default_manager.filter(
            ahead, subject=OuterRef("subject"), system=OuterRef("system"), state__in=UNFINISHED
        )
        busy = cls._default_manager.filter(state=State.RUNNING, serial=OuterRef("serial")).exclude(serial="")
        return super().claimable().filter(Q(system=MAIL) | ~Exists(same), ~Exists(busy))


def allowance_restored() -> dict[str, Any]:
    """Return the column values of an item that a person lets start afresh."""
    return {
        "state": State.PENDING,
        "attempts": 0,
        "losses": 0,
        "not_before": timezone.now(),
        "finished_at": None,
        "lease_until": None,
        "told_in": None,
    }


def one_more(column: str) -> Any:
    """Return the expression that counts a column up by one."""
    return F(column) + 1
