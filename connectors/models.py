"""What all workers share about the outside: what is left of a quota, and one access token per account."""

from __future__ import annotations

from django.db import models


class RateBucket(models.Model):
    """The calls of the last window to one outside quota, so that all workers keep it together.

    ``calls`` holds epoch seconds, oldest first; ``blocked_until`` is what the other side asked for
    with a 429; ``version`` makes the update conditional, so no lock is held while anybody waits.
    """

    name = models.CharField(max_length=100, unique=True)
    calls = models.JSONField(default=list)
    blocked_until = models.FloatField(default=0)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """One OAuth2 token for all workers: Norce allows three token calls a minute.

    ``fetching_until`` (epoch seconds) is the lease of the one worker that asks for a new token.
    """

    name = models.CharField(max_length=200, unique=True)
    token = models.TextField(blank=True)
    expires_at = models.FloatField(default=0)
    fetching_until = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.name
