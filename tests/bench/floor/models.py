"""A table with one column."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """A body as it came."""

    body = models.BinaryField()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return f"message {self.pk}"
