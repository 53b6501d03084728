"""The proof that a person was erased: when, by whom, why, and how much – never who it was."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """One erasure, kept for good. ``identifier_hash`` tells whose it was to somebody who knows the e-mail address.

    ``counts`` are the rows scrambled by table. One that was interrupted stays RUNNING, and goes on
    when the same person is erased again.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=150, blank=True)
    reason = models.TextField(_("why"))
    identifier_hash = models.CharField(_("hash of the identifier"), max_length=64, db_index=True)
    counts = models.JSONField(_("rows scrambled"), default=dict, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


def hash_of(identifier: str) -> str:
    """Return the hash a proof is filed under, 64 hexadecimal digits.

    It is salted and keyed with DJANGO_SECRET_KEY: who has the database alone cannot try addresses on it.
    """
    return salted_hmac("hub.erasure", identifier, algorithm="sha256").hexdigest()
