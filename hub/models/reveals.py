"""The trace of a look at personal data: who, when, why, and what was shown; never the data."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reveal(models.Model):
    """One look. ``subject`` is what it is about ("order:17"), ``what`` names the parts that were shown."""

    revealed_at = models.DateTimeField(_("time"), default=timezone.now)
    revealed_by = models.CharField(_("who"), max_length=150)
    reason = models.TextField(_("why"))
    subject = models.CharField(_("about"), max_length=150)
    what = models.TextField(_("what"))

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        indexes = [
            models.Index(fields=["subject"], name="reveal_subject"),
            models.Index(fields=["revealed_at"], name="reveal_time"),
        ]

    def __str__(self) -> str:
        return self.subject
