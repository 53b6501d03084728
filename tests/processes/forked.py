"""Workers that are forked from a process with Django in it: each is killed like any other, and none takes seconds to
start."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess

import pytest

from hub.drain import drain

CONTEXT = get_context("forkserver")


class Forked(ForkServerProcess):
    """A bare worker, in a session of its own; answers as `subprocess.Popen` does."""

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self.join(timeout)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(self.name, timeout or 0)
        return self.exitcode


def fork(environment: Mapping[str, str], *, budget: float, linger: float) -> Forked:
    """Start a bare worker; the first one's environment is that of all in this process."""
    CONTEXT.set_forkserver_preload(["tests.processes.preloaded"])
    worker = Forked(target=_work, kwargs={"budget": budget, "linger": linger})
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        worker.start()
    return worker


def _work(*, budget: float, linger: float) -> None:
    os.setsid()
    drain(budget=budget, linger=linger)
