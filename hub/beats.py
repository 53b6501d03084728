"""Signs of life: every cluster says that it drains; a supervisor and /health/ready look for it."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from hub.models import ClusterBeat
from hub.work import cluster_name

EVERY = 2.0


class _Last:
    at = float("-inf")
    stopping = False


def beat() -> bool:
    """Write this cluster's sign of life, at most every few seconds; die when the supervisor is gone.

    Returns whether the workers may begin something new: not when their supervisor is stopping them.
    """
    if time.monotonic() - _Last.at >= EVERY:
        _die_if_orphaned()
        _Last.at = time.monotonic()
        row, _ = ClusterBeat.objects.update_or_create(name=cluster_name(), defaults={"beat_at": timezone.now()})
        _Last.stopping = row.stopping
    return not _Last.stopping


def set_stopping(name: str, stopping: bool) -> None:
    """Ask the workers of a cluster to begin nothing new, or let them again."""
    ClusterBeat.objects.filter(name=name).update(stopping=stopping)


def last_beat(name: str | None = None) -> datetime | None:
    """Return the last sign of life of one cluster, or of any."""
    beats = ClusterBeat.objects.filter(name=name) if name else ClusterBeat.objects.all()
    return beats.order_by("-beat_at").values_list("beat_at", flat=True).first()


def live_clusters() -> int:
    """Return how many clusters have given a sign of life lately, at least one."""
    return max(1, ClusterBeat.objects.filter(beat_at__gte=stall_limit()).count())


def stall_limit(*, clusters: int = 1) -> datetime:
    """Return the moment before which a last sign of life is too old.

    Idle clusters share the rings, so each of several hears one more seldom.
    """
    return timezone.now() - timedelta(seconds=settings.HUB_STALL_SECONDS * clusters)


def _die_if_orphaned() -> None:
    """End this whole process group when its supervisor has died: a new one has started its own cluster."""
    supervisor = os.environ.get("HUB_SUPERVISOR_PID")
    if supervisor and not _alive(int(supervisor)):
        os.killpg(os.getpgrp(), signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
