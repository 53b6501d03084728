"""The ORM broker of django-q, delivering each ring at most once."""

from __future__ import annotations

from time import sleep

from django_q.brokers.orm import ORM
from django_q.conf import Conf


class RingBroker(ORM):  # type: ignore[misc]  # django-q has no types
    """Takes a ring out of the queue when it is fetched instead of when it was answered.

    The stock broker repeats what was not acknowledged: a killed worker's task after ``retry``
    seconds, and every task again and again once its monitor process has died (measured). All
    repeating is ours, by rows and leases, so a ring may be lost but must never come back.
    """

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Return at most one ring, or None after a short rest when there is none."""
        queue = self.get_connection().filter(key=self.list_key).order_by("pk")
        for ring in queue[:10]:
            if self.get_connection().filter(pk=ring.pk).delete()[0]:
                return [(ring.pk, ring.payload)]
        sleep(Conf.POLL)
        return None
