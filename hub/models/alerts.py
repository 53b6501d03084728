"""What the operators are told by mail: alerts that are no stopped work, and the digests that gather everything."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Alert(models.Model):
    """One piece of news for the operators about something that is no stopped work, single by ``key``.

    ``told_in`` is the digest that told it; one that was over (``ended_at``) before is never told. Told
    ones are kept so that the same news is not told again; they are pruned when they are old.
    """

    key = models.CharField(max_length=200, unique=True)
    subject = models.TextField(_("alert"))
    text = models.TextField(_("text"))
    path = models.TextField(_("page"))
    created_at = models.DateTimeField(_("time"), default=timezone.now)
    ended_at = models.DateTimeField(_("over since"), null=True, blank=True)
    told_in = models.BigIntegerField(_("told in digest"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")

    def __str__(self) -> str:
        return self.subject


class Digest(models.Model):
    """One mail that told the operators what needs a person; the rows it told carry its number in ``told_in``.

    The numbers have no gaps, so two workers that make one at the same moment want the same number and
    the database refuses the second. The mail itself is the OutboxMessage with `message_key`. Not
    pruned: the last one says when the next may go out, and they are few and small.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.message_key

    @property
    def message_key(self) -> str:
        """The key of the mail among the work."""
        return f"mail.operators:digest:{self.number}"
