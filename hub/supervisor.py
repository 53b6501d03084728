"""Keep one worker cluster alive: sweep, ring, and start its whole process group afresh when it stands still."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from hub import beats, drain, rings, runs, sweeping

log = structlog.get_logger(__name__)

TICK = 0.2
GRACE = 20.0
RESTART_PAUSE = 1.0


def sweep() -> int:
    """Put back what dead workers left and end what nobody will end. Returns the rows put back."""
    touched = sweeping.sweep(drain.WORK_MODELS)
    runs.end_forsaken()
    return touched


class Supervisor:
    """Runs ``manage.py qcluster`` in a process group of its own.

    The measured failures it mends (an idle worker killed while it held the queue's lock, a dead
    sentinel, orphans of a killed cluster) all leave processes that look alive, so it judges by the
    signs of life that draining writes, and ends the group as a whole.
    """

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}/{os.getpid()}"
        self.child: subprocess.Popen[bytes] | None = None
        self.substitute: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.stopping = False

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT; then let the cluster finish what it has and end it."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        next_sweep = 0.0
        while not self.stopping:
            self._keep_alive()
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + settings.HUB_SWEEP_SECONDS
                self._look_after()
            time.sleep(TICK)
        self.end(GRACE)
        if self.substitute is not None:
            self.substitute.wait()

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _keep_alive(self) -> None:
        if self.child is None:
            self._start()
        elif self.child.poll() is not None:
            log.warning("cluster ended by itself", exit_code=self.child.returncode)
            self.end(0)
            time.sleep(RESTART_PAUSE)

    def _look_after(self) -> None:
        """Sweep, ring and judge; a database that is away is no reason to restart anything."""
        try:
            close_old_connections()
            self._announce(stopping=False)
            touched = sweep()
            reason = self.stalled()
        except DatabaseError as error:
            log.warning("database away", error=type(error).__name__)
            return
        if not rings.ring_if_quiet():
            self._work_without_queue()
        if touched:
            log.warning("put back what a dead worker left", rows=touched)
        if reason:
            log.error("cluster stands still, restarting it", reason=reason)
            self.end(GRACE / 4)

    def _work_without_queue(self) -> None:
        """Drain in a process of its own: django-q's cluster does not even start while its queue is away."""
        if self.substitute is None or self.substitute.poll() is not None:
            log.warning("the queue is away, working without it")
            self.substitute = self._spawn("drain")

    def stalled(self) -> str:
        """Return why the cluster counts as standing still, or nothing."""
        if time.monotonic() - self.started < settings.HUB_STALL_SECONDS:
            return ""
        limit = beats.stall_limit(clusters=beats.live_clusters())
        last = beats.last_beat(self.name)
        if last is None or last < limit:
            return "no sign of life"
        if drain.neglected_since(limit):
            return "due work is not being taken"
        return ""

    def _start(self) -> None:
        self._announce(stopping=False)
        self.child = self._spawn("qcluster")
        self.started = time.monotonic()
        log.info("cluster started", pid=self.child.pid, name=self.name)

    def _spawn(self, command: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"HUB_CLUSTER": self.name, "HUB_SUPERVISOR_PID": str(os.getpid())}
        program = [sys.executable, str(settings.BASE_DIR / "manage.py"), command]
        return subprocess.Popen(program, env=environment, start_new_session=True)

    def _announce(self, *, stopping: bool) -> None:
        with suppress(DatabaseError):
            beats.set_stopping(self.name, stopping)

    def end(self, grace: float) -> None:
        """Ask the cluster to finish, wait at most ``grace`` seconds, then kill all that is left of its group."""
        if self.child is None:
            return
        group = self.child.pid
        if grace and self.child.poll() is None:
            self._announce(stopping=True)
            self.child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(grace)
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self.child.wait()
        self.child = None
