"""Figures that a worker counts each minute, so that no page has to count a big table."""

from __future__ import annotations

from django.db import models


class Summary(models.Model):
    """What one part of the front page counted last, and when it has failed since (`hub.summary`)."""

    name = models.CharField(max_length=40, primary_key=True)
    content = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
