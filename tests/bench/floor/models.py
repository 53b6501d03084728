"""A table with one column for orders, and one with three for customers."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """A body as it came."""

    body = models.BinaryField()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return f"message {self.pk}"


class Record(models.Model):
    """A customer as it is sent, and how it is told that it has not changed."""

    code = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=32)
    payload = models.TextField()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.code
